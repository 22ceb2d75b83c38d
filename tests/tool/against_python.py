#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""against_python.py COPY_ROWS ROUNDS: Python's csv module judges the reader and the writer.

Python writes random texts in each of its styles, COPY_ROWS reads and writes them anew, and Python
reads both: the fields must be the same."""

import csv
import io
import random
import subprocess
import sys

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
        if list(csv.reader(io.StringIO(before, newline=""), strict=True)) != list(
            csv.reader(io.StringIO(after, newline=""), strict=True)
        ):
            sys.exit(f"round {number}, {style}: other fields came out:\n{before!r}\n{after!r}")
    print(f"{rounds} records, the same fields")


main()
