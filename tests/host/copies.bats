#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A run counts once, however many copies of its record there are.
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir one two
	for i in 1 2 3; do
		record "$i" $((i * 100)) >one/run-$i.csv
		record "$i" $((i * 70)) >two/run-$i.csv
	done
}

# record REPEAT BYTES: of a run of its own
record() {
	cat <<-END
		time_s,end,source,metric,key,value,unit
		,host,fact,record_version,,1,
		,host,fact,configuration,,rx=copy,
		,host,fact,repeat,,$1,
		,host,fact,started,,2026-01-01T00:00:00.$2Z,
		,rx,path,window_ns,,1000000000,ns
		,tx,path,window_ns,,1000000000,ns
		,rx,path,bytes,,$2000000,bytes
		,tx,path,bytes,,$2000000,bytes
	END
}

runs() {
	"$BUILD/zcroi" table --format json "$@" 2>/dev/null | jq '[.. | objects | .runs? // empty] | add'
}

@test "a copy is no other run, whatever it is called" {
	cp one/run-2.csv one/run-4.csv
	sed 's/repeat,,2,/repeat,,5,/; s/$/\r/' one/run-2.csv >one/run-5.csv
	[ "$(runs one)" = 3 ]
	run --separate-stderr "$BUILD/zcroi" table one
	[ "$status" = 0 ]
	[[ $output == *"Left out: one/run-4.csv, a copy of a record that was read, and 1 more of which that is so."* ]]
	# shellcheck disable=SC2154 # run sets it
	[[ $stderr == *"one/run-4.csv is a copy of one/run-2.csv: a run counts once"* ]]
	[ "${#stderr_lines[@]}" = 1 ]
}

@test "nor is it one in another folder, or of another question" {
	cp -r one again
	[ "$(runs one again)" = 3 ]
	for question in table report history plot; do
		out=()
		case $question in
		report) out=(-o page.html) ;;
		plot) out=(throughput -o plot.svg) ;;
		esac
		run --separate-stderr "$BUILD/zcroi" "$question" "${out[@]}" one again
		[[ $stderr == *"is a copy of one/run-1.csv"* ]]
	done
}

@test "what A and B both have says nothing of a difference" {
	cp one/run-1.csv two/run-7.csv
	for question in diff explain; do
		run --separate-stderr "$BUILD/zcroi" "$question" one two
		[ "$status" = 0 ]
		[[ $stderr == *"1 of the 4 runs of B are runs of A too"* ]]
	done
}

@test "runs that moved the same are two" {
	record 4 200 | sed 's/00:00:00/00:00:07/' >one/run-4.csv
	[ "$(runs one)" = 4 ]
	[ -z "$("$BUILD/zcroi" table one 2>&1 >/dev/null)" ]
}
