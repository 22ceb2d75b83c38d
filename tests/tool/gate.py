#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A way to a host whose zcprof attach --gate is a made-up one: as ssh, gate.py END-MISCHIEF ZCPROF attach…

END is rx or tx, and what the host is called says what goes wrong there. It is of another version: PROTOCOL in the
environment is the protocol it says, where it says one.
"""
import os
import sys
import time

HEADER = "time_s,end,source,metric,key,value,unit\n"
END, MISCHIEF = sys.argv[1].split("-")


def say(text):
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        os._exit(1)


def answer(text):
    say(f",host,agent,answer,0,{text},\n")


def clock():
    return time.monotonic_ns()


say(HEADER + f",{END},fact,attached,,made up,\n")
if MISCHIEF == "line":
    while True:
        say("x" * 65536)
if MISCHIEF == "endless":
    while True:
        say(",host,fact,kernel,,x,\n" * 4096)
protocol = os.environ.get("PROTOCOL")
if protocol:
    say(f",host,agent,hello,{protocol},zcprof 9.9 12345678,\n")
answer("ready")
if MISCHIEF == "gone":
    time.sleep(4)
    os._exit(0)
for line in sys.stdin:
    if line == "clock\n":
        if MISCHIEF == "slow":
            time.sleep(8)
        answer(f"clock {clock()}")
    elif line == "metrics\n":
        say(",host,agent,metric,new/thing,0 bytes,\n,host,agent,metric,softnet/processed,0 frames,\n")
    elif line == "\n":
        break
    else:
        answer("there")
opened = clock()
answer("there")
if MISCHIEF == "busy":
    answer("busy")
    time.sleep(12)
    answer("there")
time.sleep(1)
answer(f"opened {opened}")
answer(f"closed {clock()}")
if MISCHIEF == "late":
    time.sleep(23)
if MISCHIEF == "many":
    for i in range(100001):
        say(f",{END},agent,connection,10.0.0.1:{i} 10.0.0.2:1,,\n")
else:
    say(f",{END},agent,connection,10.0.0.1:1 10.0.0.2:1,,\n" if END == "rx" else
        f",{END},agent,connection,10.0.0.2:1 10.0.0.1:1,,\n")
say(f",{END},new,thing,,5,bytes\n")
if protocol:
    say(f",{END},softnet,processed,,7,frames\n")
say(f",{END},path,bytes,,1000,bytes\n,{END},path,window_ns,,1000000000,ns\n")
