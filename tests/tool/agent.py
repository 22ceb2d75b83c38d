#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A way to a host whose agent does harm at one of its requests.

agent.py MISCHIEF VERB HOST ZCPROF agent…, as zcprof calls its ssh: the agent runs in the network namespace HOST, and
is heard until it is asked to VERB ("hello": at once). From then on it says what MISCHIEF makes of it, and of the
real one nothing more, unless it is one of those that add to what that says.
"""
import fcntl
import os
import subprocess
import sys
import threading
import time

HEADER = b"time_s,end,source,metric,key,value,unit\n"
out = open(1, "wb", buffering=0)
err = open(2, "wb", buffering=0)


def alive():
    while True:
        err.write(b"\n")
        time.sleep(1)


def close():
    os._exit(0)


def garbage():
    while True:
        out.write(os.urandom(4096))


def endless():
    while True:
        out.write(b",host,fact,kernel,,x,\n" * 500)


def endless_line():
    while True:
        out.write(b"x" * 65536)


def huge_name():
    out.write(b',host,fact,kernel,"' + b"k" * 2000000 + b'",x,\n')
    time.sleep(100)


def slow():
    threading.Thread(target=alive, daemon=True).start()
    for byte in b",host,agent,answer,0,," + b"x" * 100000:
        out.write(bytes([byte]))
        time.sleep(0.3)


def silent():
    time.sleep(100)


def shrug():
    threading.Thread(target=alive, daemon=True).start()
    time.sleep(200)


def unasked():
    out.write(b",host,agent,answer,0,,\n" * 3)
    time.sleep(100)


def of_another():
    out.write(b",tx-host,cpu,busy,,5,%\n")
    time.sleep(100)


def claims():
    threading.Thread(target=alive, daemon=True).start()
    out.write(b",host,agent,answer,0,1,\n")
    at = 0
    while True:
        at += 1
        out.write(b"%d.0,rx,path,bytes,,1000,bytes\n" % at)
        time.sleep(0.5)


def version():
    out.write(HEADER + b",host,agent,hello,9,zcprof 9.9 \x1b[31m00000000,\n")
    time.sleep(100)


def controls():
    out.write(b",host,agent,answer,1,\x1b]0;owned\x07\x1b[2J,\n")
    err.write(b"zcprof: \x1b[31mred\r\n")
    time.sleep(100)


# Beside what the real one says.


def of_other_end():
    out.write(b",tx,path,bytes,,12345678901,bytes\n,tx,cpu,busy,,777,%\n")


def warn():
    err.write(b"zcprof: warning: \x1b[31mred\x1b]0;x\x07\r\n")


def once_more():
    out.write(b",rx,cpu,busy,,777,%\n" * 50)


def nothing():
    pass


def other_version():
    pass


def strange():
    pass


def look_fact():
    out.write(b",rx,fact,nic,rx-buf-len,4096,\n")


def as_strange(data):
    """Of another version, of which an answer is something else."""
    data = data.replace(b",agent,hello,2,zcprof ", b",agent,hello,2,zcprof 9.9 ")
    return data.replace(b",agent,metric,agent/answer,", b",agent,metric,agent/answer,9")


def as_other_version(data):
    """What one says that is of another version: it has a row more, one less and one with another unit."""
    lines = []
    for line in data.split(b"\n"):
        if b",agent,hello," in line:
            line = b",host,agent,hello,2,zcprof 9.9 12345678,"
        if b",agent,metric,cpu/busy," in line:
            line = b",host,agent,metric,new/thing,0 bytes,"
        if b",agent,metric,softnet/processed," in line:
            line = b",host,agent,metric,softnet/processed,0 frames,"
        if b",cpu,busy," in line:
            line = b",rx,new,thing,,5,bytes"
        if b",softnet,processed," in line:
            line = line.replace(b"packets", b"frames")
        lines.append(line)
    return b"\n".join(lines)


AS = {other_version: as_other_version, strange: as_strange}
ADDING = (other_version, strange, look_fact, of_other_end, warn, once_more, nothing)


def main():
    mischief = globals()[sys.argv[1]] if sys.argv[1] != "deaf" else nothing
    verb, host = sys.argv[2].encode(), sys.argv[3]
    deaf = sys.argv[1] == "deaf"
    if verb == b"hello":
        if mischief is not version:
            out.write(HEADER)
        mischief()
        os._exit(0)
    real = subprocess.Popen(["ip", "netns", "exec", host] + sys.argv[4:], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    if deaf:
        fcntl.fcntl(real.stdout, fcntl.F_SETPIPE_SZ, 4096)
    heard = threading.Event()
    heard.set()
    stuck = threading.Event()

    def hand_on(of, to):
        while True:
            data = os.read(of.fileno(), 65536)
            if not data:
                break
            # Whole lines only.
            while mischief in AS and of is real.stdout and data[-1:] != b"\n":
                data += os.read(of.fileno(), 65536)
            if mischief in AS and of is real.stdout:
                data = AS[mischief](data)
            if heard.is_set():
                to.write(data)
            while stuck.is_set():
                time.sleep(1)
        if heard.is_set():
            os._exit(real.wait())

    for of, to in ((real.stdout, out), (real.stderr, err)):
        threading.Thread(target=hand_on, args=(of, to), daemon=True).start()
    for line in iter(sys.stdin.buffer.readline, b""):
        if deaf and line.split(b"\t")[0].strip() == verb:
            heard.clear()
            stuck.set()
            # The network is dead: nobody takes what the agent says, and nobody tells it so.
            while real.poll() is None:
                real.stdin.write(line)
                line = b"\n"
                time.sleep(0.5)
            time.sleep(100)
        if line.split(b"\t")[0].strip() == verb:
            if mischief not in ADDING:
                heard.clear()
                try:
                    mischief()
                except OSError:
                    pass
                break
            # Before its answer, or behind it.
            if mischief is look_fact:
                mischief()
            real.stdin.write(line)
            time.sleep(0.5)
            if mischief is not look_fact:
                mischief()
            continue
        real.stdin.write(line)
    real.stdin.close()
    real.wait(20)
    os._exit(0)


main()
