#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in a page of zcroi report, read as HTML.

page.py table FILE       the cells of the first table, a row a line, without its head
page.py figures FILE Q   of each configuration its name, and mean and interval of quantity Q
page.py text FILE        what a person reads
page.py tags FILE        the elements, in order
page.py alone FILE       fails where the page would fetch something, or is too large
"""
import json
import re
import sys
from html.parser import HTMLParser

# Elements without an end.
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.text, self.rows, self.scripts = [], [], [], [], []
        self.attributes, self.tables = [], 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag in VOID:
            return
        self.open.append(tag)
        if tag == "table":
            self.tables += 1
        if tag == "tr" and self.tables == 1 and "tbody" in self.open:
            self.rows.append([])
        if tag in ("td", "th") and self.tables == 1 and "tbody" in self.open:
            self.rows[-1].append("")
        if tag == "script":
            self.scripts.append([dict(attrs), ""])

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, text):
        if "script" in self.open:
            self.scripts[-1][1] += text
        elif "style" not in self.open:
            self.text.append(text)
            if self.open and self.open[-1] in ("td", "th") and self.tables == 1 and "tbody" in self.open:
                self.rows[-1][-1] += text

    def data(self, name):
        return next(json.loads(text) for attrs, text in self.scripts if attrs.get("id") == name)


def alone(page, text):
    wrong = []
    policy = next(a["content"] for t, a in page.attributes if a.get("http-equiv") == "Content-Security-Policy")
    if not policy.startswith("default-src 'none'; script-src 'nonce-"):
        wrong.append("the policy lets something in: " + policy)
    nonces = {a.get("nonce") for t, a in page.attributes if t == "script" and "type" not in a}
    if len(nonces) != 1 or f"'nonce-{nonces.pop()}'" not in policy:
        wrong.append("a script has not the nonce of the policy")
    for tag, attrs in page.attributes:
        for name, value in attrs.items():
            if name in ("src", "href", "srcset", "data", "action") and not value.startswith(("#", "data:")):
                wrong.append(f"<{tag} {name}={value}> leads outside")
            if name.startswith("on"):
                wrong.append(f"<{tag} {name}> is a script")
    if re.search(r"url\((?!#|data:)|@import", text[: text.index("</style>")]):
        wrong.append("the style fetches something")
    size = len(text.encode()) - sum(len(t.encode()) for a, t in page.scripts if a.get("type") == "application/json")
    if size >= 1_000_000:
        wrong.append(f"{size} bytes without data")
    print(*wrong, sep="\n")
    sys.exit(bool(wrong))


def main():
    what, path, *rest = sys.argv[1:]
    text = open(path, encoding="utf-8", newline="").read()
    page = Page(text)
    if what == "table":
        for row in page.rows:
            print(*(cell for cell in row if cell))
    elif what == "figures":
        data = page.data("data")
        at = [q["name"] for q in data["quantities"]].index(rest[0])
        for c in data["configurations"]:
            print(c["name"], *("%.12g" % c[e][at] for e in ("middle", "low", "high")))
    elif what == "text":
        print(" ".join(" ".join(page.text).split()))
    elif what == "tags":
        print(*page.tags)
    elif what == "alone":
        alone(page, text)
    else:
        sys.exit(__doc__)


main()
