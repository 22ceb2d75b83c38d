#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""same.py ZCROI.csv ENGINE.jsonl KEY COLUMN...: both have the same rows by KEY, and each COLUMN to the last digit.

zcroi prints twelve digits, and nothing where nothing was measured. The last digit is right if what the engine says
rounds to it; of an exact half it may be either, as the engine's order of adding has it.
"""
import csv
import json
import math
import sys

ours, theirs, keys, columns = sys.argv[1], sys.argv[2], sys.argv[3].split("+"), sys.argv[4:]


def text(value):
    return "" if value in (None, "") else f"{float(value):.12g}"


def key_of(row):
    # zcroi marks a configuration one of whose runs is unlike the others.
    return tuple(text(row[k]) if k == "time_s" else row[k].removesuffix(" *") for k in keys)


def same(printed, value):
    if printed == "" or value is None:
        return printed == "" and value is None
    if float(printed) == float(value):
        return True
    unit = 10.0 ** (math.floor(math.log10(abs(float(printed)))) - 11)
    return abs(float(printed) - float(value)) <= 0.5001 * unit


mine = {key_of(r): r for r in csv.DictReader(open(ours, newline="", encoding="utf-8"))}
other = {key_of(r): r for r in map(json.loads, open(theirs, encoding="utf-8"))}
if set(mine) != set(other) or not mine:
    sys.exit(f"rows differ: {len(mine)} and {len(other)}, such as {sorted(set(mine) ^ set(other))[:3]}")
wrong = 0
for key, row in mine.items():
    for column in columns:
        if not same(row[column], other[key][column]):
            wrong += 1
            print(key, column, row[column], other[key][column])
if wrong:
    sys.exit(f"{wrong} figures differ")
print(f"{len(mine)} rows, {len(mine) * len(columns)} figures, the same to the last digit")
