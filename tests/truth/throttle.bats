#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The kernel stops a clock that ticks faster than it allows, until its next tick: what was not sampled meanwhile
# is said, and is as much as there are samples too few.
#
# Alone: the rate of samples is lowered for the whole machine.

load measured.sh

rate=/proc/sys/kernel/perf_event_max_sample_rate

setup() {
	measured_setup
	before=
	[ -w $rate ] || skip "needs root, to lower kernel.perf_event_max_sample_rate"
	before=$(cat $rate)
}

teardown() {
	[ -z "$before" ] || echo "$before" >$rate
	stop_all
}

total() {
	awk -F, -v m="$1" '$3 == "profile" && $4 == m { n += $6; seen = 1 } END { if (seen) printf "%.0f", n }' "$dir/run.csv"
}

@test "a clock that was throttled says for how long" {
	echo 100 2>/dev/null >$rate || skip "the rate cannot be lowered here"
	measure --exact --rx $$ --tx 1 profile
	tell measure open
	sleep 0.5
	measured
	grep -E 'profile,(samples|missed|throttled|period)' "$dir/run.csv"
	throttled=$(total throttled)
	[ -n "$throttled" ] || skip "the kernel gives no ring to a clock here"
	[ "$throttled" -gt 100000000 ]
	# 1,001 us each; half as many at least, on whichever machine.
	[ "$(total missed)" -ge $((throttled / 1001001 / 2)) ]
	grep -q "kernel.perf_event_max_sample_rate" "$dir/measure.out"
}

@test "one that was not says 0" {
	measure --rx $$ --tx 1 profile
	tell measure open
	sleep 0.2
	measured
	[ -z "$(total throttled)" ] || [ "$(total throttled)" = 0 ]
}
