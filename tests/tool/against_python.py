#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
r"""against_python.py COPY_ROWS ROUNDS: Python's csv module judges the reader and the writer.

Python writes random texts in each of its styles, COPY_ROWS reads and writes them anew, and Python
reads both: the fields must be the same, but that what cannot be shown is written as \xNN."""

import csv
import io
import random
import re
import subprocess
import sys
import unicodedata

HEADER = ["time_s", "end", "source", "metric", "key", "value", "unit"]
SPECIAL = ['"', ",", "\n", "\r", "\r\n", " ", "\t", "ä", "雪", "'", ";", "\\", "\x01", "\x7f"]


def text(r):
    return "".join(
        r.choice(SPECIAL) if r.random() < 0.5 else chr(r.randrange(1, 0x250)) for _ in range(r.randrange(12))
    )


def rows(r):
    for _ in range(r.randrange(400)):
        if r.random() < 0.5:
            yield ["", r.choice(["host", "rx", "tx"]), "fact", "option", text(r), text(r), ""]
        else:
            value = str(r.randrange(2 ** r.randrange(1, 64)))
            yield ["%.6f" % r.randrange(100), "rx", "path", "calls", text(r), value, "calls"]


def shown(field):
    return all(unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp") for c in field)


def bytes_of(field):
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), field.encode())


def same(before, after):
    return len(before) == len(after) and all(
        len(b) == len(a) and all(shown(y) and bytes_of(x) == bytes_of(y) for x, y in zip(b, a))
        for b, a in zip(before, after)
    )


def main():
    copy_rows, rounds = sys.argv[1], int(sys.argv[2])
    r = random.Random(1)
    for number in range(rounds):
        written = io.StringIO(newline="")
        # Before 3.13, QUOTE_MINIMAL leaves a CR bare where line ends are LF, which RFC 4180 forbids.
        quoting, line_end = r.choice([(csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_ALL, "\n")])
        style = {"quoting": quoting, "lineterminator": line_end}
        csv.writer(written, **style).writerows([HEADER, *rows(r)])
        before = written.getvalue()
        if r.random() < 0.3:
            before = before[: -len(line_end)]
        copied = subprocess.run([copy_rows], input=before.encode(), capture_output=True, check=False)
        if copied.returncode:
            sys.exit(f"round {number}, {style}: {copied.stderr.decode()}")
        after = copied.stdout.decode()
        fields = [list(csv.reader(io.StringIO(t, newline=""), strict=True)) for t in (before, after)]
        if not same(*fields):
            sys.exit(f"round {number}, {style}: other fields came out: {[p for p in zip(*fields) if not same([p[0]], [p[1]])][:3]}")
    print(f"{rounds} records, the same fields")


main()
