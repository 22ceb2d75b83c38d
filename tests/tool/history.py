#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Experiments over time with known figures: history.py DIRECTORY EXPERIMENTS RUNS SEED NOISE [AT=FACTOR:KIND…]
#
# Each has one configuration and varies by NOISE (0.03 for 3 %) about 40 Gbit/s. From experiment AT on (1 is the
# first) throughput is FACTOR times that of the beginning; KIND is what the records say of it: rmem (a setting
# and its counter), kernel (another kernel, and more CPU time per byte) or none.
import os, random, sys

directory, experiments, runs, seed, noise = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
changes = []
for change in sys.argv[6:]:
    at, what = change.split("=")
    factor, kind = what.split(":")
    changes.append((int(at), float(factor), kind))
chance = random.Random(seed)

for n in range(1, experiments + 1):
    factor, kind = 1.0, "none"
    for at, one, what in changes:
        if n >= at:
            factor, kind = one, what
    level = 40 * factor * chance.lognormvariate(0, noise)
    folder = f"{directory}/{n:04d}/rx=copy,tx=copy"
    os.makedirs(folder, exist_ok=True)
    for run in range(1, runs + 1):
        gbit = level * chance.lognormvariate(0, noise / 3)
        size = gbit * 1e9 / 8
        cost = 1.3 if kind == "kernel" else 1.0
        held = 0.8e9 if kind == "rmem" else 1e6
        day = f"20{26 + n // 336}-{n // 28 % 12 + 1:02d}-{n % 28 + 1:02d}"
        rows = [
            ("host", "fact", "record_version", "", 1, ""),
            ("host", "fact", "configuration", "", '"rx=copy,tx=copy"', ""),
            ("host", "fact", "repeat", "", run, ""),
            ("host", "fact", "seed", "", n, ""),
            ("host", "fact", "started", "", f"{day}T03:00:{run:02d}.000Z", ""),
            ("host", "fact", "kernel", "", "7.0" if kind == "kernel" else "6.18", ""),
            ("rx", "fact", "option", "path", "copy", ""),
            ("tx", "fact", "option", "path", "copy", ""),
            ("rx", "fact", "sysctl", "net.ipv4.tcp_rmem", "4096 65536 65536" if kind == "rmem" else "4096 131072 6291456", ""),
        ]
        for end in ("rx", "tx"):
            rows += [
                (end, "path", "window_ns", "", 1000000000, "ns"),
                (end, "path", "bytes", "", round(size), "bytes"),
                (end, "path", "bytes_zerocopy", "", 0, "bytes"),
                (end, "path", "bytes_copied", "", round(size), "bytes"),
                (end, "cpu", "busy", "", round(2.2 * gbit * cost, 3), "%"),
                (end, "profile", "period", "", 1000000, "ns"),
                (end, "profile", "component", "task/data copy", round(size * 0.1), "ns"),
                (end, "profile", "component", "task/TCP/IP", round(size * 0.1 * (cost - 0.9) * 10 / 1), "ns"),
            ]
        rows.append(("tx", "tcp", "rwnd_limited", "0", round(held), "ns"))
        with open(f"{folder}/run-{run}.csv", "w") as out:
            print("time_s,end,source,metric,key,value,unit", file=out)
            for row in rows:
                print("," + ",".join(map(str, row)), file=out)
