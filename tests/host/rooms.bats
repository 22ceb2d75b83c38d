#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Arrows between rooms point one way, and no room is the house.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

# included: "room of the file" "room of what it includes", each pair once
included() {
	grep -rnoE '^#include "[a-z_]+/[^"]*"' --include='*.[ch]' base record page nic datapath collectors zcprof analyze |
		sed -E 's|^([a-z]+)/[^:]*:[0-9]*:#include "([a-z_]+)/.*|\1 \2|' | sort -u
}

@test "a room includes only what lies below it" {
	included | awk '
		BEGIN {
			below["base"] = "base"
			below["record"] = "record base"
			below["page"] = "page base"
			below["nic"] = "nic record base"
			below["reports"] = "reports record base"
			below["datapath"] = "datapath bpf nic record base"
			below["collectors"] = "collectors bpf nic record base"
			below["zcprof"] = "zcprof collectors nic page reports record base"
			below["analyze"] = "analyze web page reports record base"
		}
		index(" " below[$1] " ", " " $2 " ") == 0 { print $1 " includes " $2; bad = 1 }
		END { exit bad }'
}

@test "no file includes itself by way of others" {
	python3 - <<-'END'
		import glob, re, sys

		includes = {}
		for path in glob.glob("**/*.[ch]", recursive=True):
		    if path.startswith(("build", "tests")):
		        continue
		    # A source and its header are one room; a header alone says what a type is.
		    room = path[:-2]
		    if glob.glob(room + ".c"):
		        found = re.findall(r'^#include "([^"]+)\.h"', open(path).read(), re.M)
		        includes.setdefault(room, set()).update(f for f in found if f != room)

		def visit(room, way):
		    if room in way:
		        sys.exit(" -> ".join(way[way.index(room):] + [room]))
		    if room in done:
		        return
		    for other in sorted(includes.get(room, ())):
		        visit(other, way + [room])
		    done.add(room)

		done = set()
		for room in sorted(includes):
		    visit(room, [])
	END
}

@test "what sources are made of knows no source, and figures no page" {
	run grep -rnE '^#include "(collectors/[a-z_]*\.h|collectors/power/|zcprof/)' collectors/kit
	echo "$output"
	[ "$status" = 1 ]
	run grep -rnE '^#include "(analyze/(pages|show)/|page/)' analyze/figures analyze/load
	echo "$output"
	[ "$status" = 1 ]
}

@test "no folder holds more than a quarter of the program" {
	find base record page nic datapath bpf collectors zcprof analyze -name '*.[ch]' | while read -r file; do
		echo "$(wc -l <"$file") ${file%/*}"
	done | awk '{ lines[$2] += $1; all += $1 } END { for (f in lines) if (lines[f] * 4 > all) { print f, lines[f], "of", all; bad = 1 } exit bad }'
}
