#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""statements.py DOC TAG...: the statements in DOC of the code blocks that begin as each TAG says, in that order."""
import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
for tag in sys.argv[2:]:
    found = re.findall(r"^```(?:sql|sh) " + re.escape(tag) + r"\n(.*?)^```$", text, re.M | re.S)
    if len(found) != 1:
        sys.exit(f"{sys.argv[1]} has {len(found)} blocks {tag}")
    print(found[0])
