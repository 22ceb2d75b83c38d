#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fleet.py FOLDER HOSTS CONFIGURATIONS REPEATS ROWS: records as a fleet leaves them, the same each time.

FOLDER/HOST/CONFIGURATION/run-N.csv of some ROWS rows each. Hosts are in racks of 8. Figures scatter by a percent
between hosts and by half of one between runs; HOST 5 takes 30 % more CPU time. One host has no label, one run
no CPU time of tx, one has a control run beside it; texts have commas, quotes and line ends' look-alikes.
"""
import random
import sys
from pathlib import Path

folder, hosts, configurations, repeats, rows = sys.argv[1], *map(int, sys.argv[2:])
PATHS = [("copy", "copy"), ("uring", "copy"), ("copy", "send_zc"), ("uring", "send_zc"), ("copy", "sendfile"), ("uring", "uring")]
CALLS = ["read", "recvmsg", "epoll_wait", "io_uring_enter", "futex", "poll"]
chance = random.Random(7)


def text(value):
    value = f"{value:.12g}" if isinstance(value, float) else str(value)
    return '"' + value.replace('"', '""') + '"' if any(c in value for c in ',"\n') else value


def record(host, rack, name, rx, tx, repeat, order, control, slow):
    lines = []

    def row(end, source, metric, key, value, unit="", time=""):
        lines.append(f"{time},{end},{source},{metric},{text(key)},{text(value)},{unit}\n")

    seconds = chance.choice([9.99, 10.0, 10.01]) * (1 + chance.gauss(0, 1e-4))
    gbit = (40 + 5 * order) * host_factor[host] * (1 + chance.gauss(0, 0.005))
    total = int(gbit * 1e9 / 8 * seconds)
    busy = slow * (1 + chance.gauss(0, 0.005))
    day = 1 + (repeat * 7 + order) % 28
    facts = [
        ("record_version", "", "1"), ("program", "", "zcprof 0.1.0"), ("configuration", "", name), ("repeat", "", repeat),
        ("started", "", f"2026-02-{day:02d}T{host % 24:02d}:{repeat % 60:02d}:05.123Z"), ("host", "", f"host-{host:03d}"),
        ("host", "boot", f"00000000-0000-4000-8000-{host:012d}"), ("order", "", order + 1), ("seed", "", 42),
        ("option", "control", "yes" if control else "no"), ("kernel", "", "6.18.3 #1 SMP x86_64"),
        ("cpu_model", "", 'Model "X", 2.4 GHz'),
    ]
    if rack:
        facts.insert(7, ("label", "rack", rack))
    for metric, key, value in facts:
        row("host", "fact", metric, key, value)
    for end, path in (("rx", rx), ("tx", tx)):
        row(end, "fact", "option", "path", path)
        row(end, "fact", "option", "read", "256K")
    row("host", "collector", "absent", "pmu", "the CPUs have no PMU that counts cycles: a virtual machine's host has to pass it on")
    at = 0.0
    left = total
    for second in range(1, 11):
        step = total // 10 if second < 10 else left
        left -= step
        at = second * seconds / 10
        row("rx", "path", "bytes", "", step, "bytes", f"{at:.6f}")
        for cpu in range(4):
            row("rx", "cpu", "busy", "", 10.0 * chance.random(), "%", f"{at:.6f}") if cpu == 0 else None
    for end in ("rx", "tx"):
        zerocopy = int(total * 0.9) if "zc" in (rx if end == "rx" else tx) else 0
        row(end, "path", "window_ns", "", int(seconds * 1e9), "ns")
        row(end, "path", "bytes", "", total, "bytes")
        row(end, "path", "bytes_zerocopy", "", zerocopy, "bytes")
        row(end, "path", "bytes_copied", "", total - zerocopy, "bytes")
        row(end, "path", "bytes_life", "", int(total * 1.1), "bytes")
    row("rx", "cpu", "busy", "", 90.0 * busy, "%")
    if (host, order, repeat) != (1, 0, 2):
        row("tx", "cpu", "busy", "", 70.0 * busy, "%")
    if host % 2:
        row("host", "cpu", "busy", "", 3.0 * busy, "%")
    for cpu in range(64):
        for metric in ("user", "system", "softirq", "iowait", "idle"):
            row("host", "cpu", metric, cpu, int(chance.random() * 1e9), "ns")
    for end in ("rx", "tx"):
        for call in CALLS:
            calls = chance.randrange(1000, 100000)
            row(end, "syscalls", "calls", call, calls, "calls")
            row(end, "syscalls", "total", call, calls * 2000, "ns")
            for n in range(20):
                row(end, "syscalls", "latency", f"{call}:{(8 + n % 8) << (n // 8 + 6)}", calls // 20 + (calls % 20 if n == 0 else 0), "calls")
    for n in range(max(0, rows - 1 - len(lines))):
        row("rx", "profile", "symbol", f"task;vmlinux;function_{n},{'a' * (n % 9)}", chance.randrange(1, 500), "samples")
    file = Path(folder, f"host-{host:03d}", name, f"{'control' if control else 'run'}-{repeat}.csv")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("time_s,end,source,metric,key,value,unit\n" + "".join(lines), encoding="utf-8")


host_factor = {h: 1 + chance.gauss(0, 0.01) for h in range(hosts)}
for host in range(hosts):
    for order in range(configurations):
        rx, tx = PATHS[order % len(PATHS)]
        name = f"rx={rx},tx={tx}" + (f",n={order}" if order >= len(PATHS) else "")
        for repeat in range(1, repeats + 1):
            record(host, host // 8 if host != 3 else None, name, rx, tx, repeat, order, False, 1.3 if host == 5 else 1.0)
        if (host, order) == (2, 1):
            record(host, 0, name, rx, tx, 1, order, True, 0.5)
