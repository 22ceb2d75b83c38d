#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What zcprof attach leaves behind of itself, however often it was there: nothing.

bats_require_minimum_version 1.5.0
load zcprof_run
load ../truth/attach_pair

setup() {
	pair_up
}

teardown() {
	pair_down
}

@test "fifty times on the same process: no program and no link is left" {
	command -v bpftool >/dev/null || skip "bpftool is not installed"
	# What a process that lives holds is its own: each zcprof of this test has ended.
	left() {
		{ bpftool prog list -j && bpftool link list -j; } | python3 -c '
import json, sys
for kind, line in zip(("program", "link"), sys.stdin):
    for one in json.loads(line):
        if not one.get("pids"):
            print(kind, one["id"])' | sort
	}
	nothing_new() {
		[ -z "$(left | comm -13 "$dir/before" -)" ]
	}
	client -t 280 -b 100M
	sleep 0.5
	left >"$dir/before"
	for i in $(seq 50); do
		zcprof attach --tx-pid "$client" --warmup 0 --seconds 0.05 -o "$dir/$i.csv" 2>"$dir/said" || {
			cat "$dir/said"
			false
		}
	done
	[ "$(find "$dir" -name '*.csv' | wc -l)" = 50 ]
	wait_until 20 nothing_new
	kill -0 "$client"
}
