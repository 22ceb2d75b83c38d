#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the scripts, tests and programs of this tree use, against the lists of tools/install-deps.

Prints a line for each command, python module, header or library whose Debian package is neither in a bare
system (essential, and apt) nor brought by the lists that are installed where it is used. A command is a
word where a command may stand, and which this machine has in a package: too many words are looked
at rather than too few, since only those count that are in a package of their own.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

START = r"(?:^|[;&({`!]|\|\s|\$\(|\b(?:then|do|else|exec|run|env|nice|time|xargs|if|while|until|command -v|needs|timeout \d+)\s)"
COMMAND = re.compile(r"(?=" + START + r"\s*(?:[A-Z_a-z]+=\S*\s+)*([a-z][\w.+-]*\w)(?![\w.+=-]|\(\)))", re.M)
# Names that a script gives to functions and to what it loops over.
OWN_NAMES = re.compile(r"^\s*([a-z]\w*)\(\) [{(]|\bfor ([a-z]\w*)\b", re.M)
IMPORT = re.compile(r"^\s*(?:from|import)\s+([a-z_A-Z0-9]+)(?=[\s.,]|$)", re.M)
PKG = re.compile(r"pkg-config\s+(?:--\S+\s+)+([a-z][a-z0-9+.-]+)|^\w+_PKGS\s*:=\s*(.*)$|^/\* libs: (.*?) \*/", re.M)
HEADER = re.compile(r"^#include <([^>]+)>", re.M)
# Words that are no need: a keyword, what check-style does without, a name that a test gives a device,
# a word of sentences and of Python; and what the shell has itself.
NO_NEED = {"kill", "time", "git", "reboot", "open", "rpm", "systemd-analyze"}
OWN_MODULES = {p.stem for p in Path("tests/tool").glob("*.py")}


def table():
    text = Path("tools/install-deps").read_text()
    for line in text[text.index("<<-'END'") : text.index("\tEND\n")].splitlines()[1:]:
        where, what, apt, _ = line.split()
        yield where, what, apt.rstrip("?").split("|")


class Packages:
    """Debian's packages as they are installed here, and what each brings with it."""

    def __init__(self):
        self.depends, self.provided, self.bare = {}, {}, {"apt"}
        for stanza in Path("/var/lib/dpkg/status").read_text().split("\n\n"):
            field = dict(re.findall(r"^([\w-]+): (.*)$", stanza, re.M))
            if "installed" not in field.get("Status", "").split():
                continue
            name = field["Package"]
            wanted = field.get("Depends", "") + "," + field.get("Pre-Depends", "")
            self.depends[name] = {w for w in re.split(r"[,|\s]+", re.sub(r"\([^)]*\)|:\w+", "", wanted)) if w}
            for other in re.split(r",\s*", re.sub(r"\s*\([^)]*\)", "", field.get("Provides", ""))):
                self.provided.setdefault(other, set()).add(name)
            if field.get("Essential") == "yes" or field.get("Priority") == "required":
                self.bare.add(name)

    def brought_by(self, names):
        seen, todo = set(), list(names)
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            todo += self.depends.get(name, ())
            todo += self.provided.get(name, ())
        return seen

    @staticmethod
    def owners(files):
        """Which package each file is of, by its path here or where that leads."""
        owner = {}
        paths = {f: {f, os.path.realpath(f), re.sub("^/usr", "", f)} for f in files}
        said = subprocess.run(["dpkg", "-S", *sorted(set().union(*paths.values()))], capture_output=True, text=True).stdout
        for line in said.splitlines():
            names, _, path = line.partition(": ")
            owner[path] = names.split(",")[0].split(":")[0]
        return {f: next((owner[p] for p in sorted(paths[f]) if p in owner), None) for f in files}


def sets_for(path):
    """The lists of install-deps that are there when this file is used."""
    if path in ("tools/install-deps", "tools/have"):
        return set()
    for start, own in (("tools/in-bare", "bare"), ("tools/deb", "deb"), ("tools/rpm", "rpm"), ("tests/many/", "many")):
        if path.startswith(start):
            return {"build", "test", own}
    if path.startswith("tests/bench/") or path.startswith(("tools/run-bench", "tools/bench-")):
        return {"build", "test", "lab", "bench"}
    if path == "tools/check-code":
        return {"build", "check"}
    if path == "tools/demo":
        return {"build", "demo"}
    if path == "tools/test-bare":
        return {"bare"}
    if path.startswith("lab/"):
        return {"build", "lab"}
    if path.startswith(("tests/", "tools/")):
        return {"build", "test", "lab"}
    return {"build"}


def is_script(path, text):
    return path.endswith((".bats", ".bash", ".sh", ".mk")) or path == "Makefile" or re.match(r"#!.*\b(?:ba)?sh\b", text)


def uses(path, text):
    """What a file uses: (kind, name) each."""
    if is_script(path, text):
        bare = re.sub(r"(?m)(?:^|\s)#.*$", "", text)
        for word in COMMAND.findall(bare):
            yield "command", word
    if path.endswith(".py") or is_script(path, text):
        for word in IMPORT.findall(text):
            yield "module", word
    for words in PKG.findall(text):
        for word in " ".join(words).split():
            yield "library", word
    if path.endswith((".c", ".h")) and not path.startswith(("lab/", "bpf/", "vmlinux/")):
        for word in HEADER.findall(text):
            yield "header", word


def place(kind, name):
    """Where this machine has it, or None."""
    if kind == "command":
        where = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"]
    else:
        where = ["/usr/include", "/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu"]
    return next((f"{d}/{name}" for d in where if os.path.isfile(f"{d}/{name}")), None)


def main():
    rows, packages = list(table()), Packages()
    used, own_names = {}, set(NO_NEED)
    for path in sys.argv[1:]:
        if not os.path.isfile(path) or os.path.islink(path):
            continue
        text = Path(path).read_text(errors="replace")
        own_names.update(*OWN_NAMES.findall(text))
        for use in uses(path, text):
            used.setdefault(use, set()).add(path)
    used = {use: paths for use, paths in used.items() if use[0] != "command" or use[1] not in own_names}
    places = {use: place(*use) for use in used if use[0] in ("command", "header")}
    owners = packages.owners({p for p in places.values() if p})
    brought, wrong = {}, 0
    for (kind, name), paths in sorted(used.items()):
        for path in sorted(paths):
            sets = frozenset(sets_for(path))
            if sets not in brought:
                brought[sets] = packages.brought_by(packages.bare.union(*(p for w, _, p in rows if w in sets)))
            # What installs asks for what is not there yet.
            listed = {what for where, what, _ in rows if where in sets or not sets}
            if kind == "module":
                if name in sys.stdlib_module_names or name in OWN_MODULES or f"py:{name}" in listed:
                    continue
                if not path.endswith(".py") and f"import {name}" not in Path(path).read_text():
                    continue
                lacks = "no py: line"
            elif kind == "library":
                if f"pkg:{name}" in listed:
                    continue
                lacks = "no pkg: line"
            else:
                lacks = owners.get(places[kind, name])
                if not lacks or lacks in brought[sets] or name in listed:
                    continue
            print(f"{path}: {kind} {name}: {lacks} in the lists {' '.join(sorted(sets)) or 'of a bare system'}")
            wrong += 1
    print(f"{len(used)} uses, {wrong} of them not covered", file=sys.stderr)
    return wrong > 0


sys.exit(main())
