#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# An experiment is gone on with in a directory where a crash, a full disk or others were meanwhile.

bats_require_minimum_version 1.5.0
load ../port

setup() {
	port=$(free_port)
	PATH=$BUILD:$PATH
	out=$BATS_TEST_TMPDIR/out
	first=$out/rx=copy,tx=copy/run-1.csv
}

go_on() {
	run timeout 30 zcprof run --rx copy --tx copy --link loopback --port "$port" --seconds "${seconds-0.1}" --warmup 0 --collect cpu --repeat 2 -o "$out"
}

@test "a run that is cut, empty, or no record is done again, and a link to a whole one is whole" {
	go_on
	[ "$status" -eq 0 ]
	cp "$first" "$BATS_TEST_TMPDIR/whole.csv"
	for size in 0 500; do
		truncate -s "$size" "$first"
		go_on
		[ "$status" -eq 0 ]
		[[ $output == *"1 of 2 runs are in $out already"* ]]
		zcroi check "$first"
	done
	ln -sf "$BATS_TEST_TMPDIR/whole.csv" "$first"
	go_on
	[ "$status" -eq 0 ]
	[[ $output == *"2 of 2 runs are in $out already"* ]]
	cmp "$first" "$BATS_TEST_TMPDIR/whole.csv"
}

@test "a directory, a FIFO or another's link with the name of a run: said, and never a run" {
	[ "$(id -u)" -eq 0 ] || skip "files of another user need root"
	go_on
	for other in "mkdir" "mkfifo" "ln -s /dev/zero"; do
		rm -rf "$first"
		$other "$first"
		chown -h 65534 "$first"
		go_on
		[ "$status" -eq 1 ]
		[[ $output == *"1 of 2 runs are in $out already"* ]]
		[ ! -f "$first" ]
	done
}

@test "two at once in one directory: the second is told, and the first loses nothing" {
	zcprof run --rx copy --tx copy --link loopback --port "$port" --seconds 2 --warmup 0 --collect cpu --repeat 2 -o "$out" 2>"$BATS_TEST_TMPDIR/heard" 3>&- &
	first_one=$!
	until [ -e "$out/plan" ]; do sleep 0.05; done
	seconds=2 go_on
	[ "$status" -eq 1 ]
	[[ $output == *"another zcprof writes runs into $out: wait for its end, or give another directory with -o"* ]]
	wait "$first_one"
	zcroi check "$out"/*/run-[12].csv
}
