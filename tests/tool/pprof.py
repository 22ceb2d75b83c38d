#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pprof.py FILE: what a profile of pprof holds, as text, by the wire format and proto/profile.proto of google/pprof.

A line of the types of values, one for each sample, "leaf … outermost [labels] values", and the period.
"""
import sys


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def message(data):
    """{field: [value]}, a value being a number or bytes."""
    fields, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        else:
            assert tag & 7 == 2, tag
            size, at = varint(data, at)
            assert at + size <= len(data)
            value, at = data[at:at + size], at + size
        fields.setdefault(tag >> 3, []).append(value)
    return fields


profile = message(open(sys.argv[1], "rb").read())
texts = [t.decode() for t in profile[6]]
assert texts[0] == ""
functions = {f[1][0]: texts[f[2][0]] for f in map(message, profile[5])}
places = {p[1][0]: functions[message(p[4][0])[1][0]] for p in map(message, profile[4])}


def kind(data):
    fields = message(data)
    return f"{texts[fields[1][0]]}/{texts[fields[2][0]]}"


print(*map(kind, profile[1]))
for sample in map(message, profile[2]):
    labels = [texts[message(label)[2][0]] for label in sample[3]]
    print(*(places[p] for p in sample[1]), f"[{' '.join(labels)}]", *sample[2])
if 12 in profile:
    print("period", kind(profile[11][0]), profile[12][0])
