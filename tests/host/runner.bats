#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The counting of tests: what must not pass for a pass.

setup() {
	skips=$BATS_TEST_TMPDIR/skips
}

# counted EXIT TAP: "PASSED FAILED SKIPPED", and skips in $skips
counted() {
	: >"$skips"
	printf "$2" | awk -v name=program -v code="$1" -v skips="$skips" -f tools/tap.awk
}

@test "results are counted as bats and as cmocka write them" {
	[ "$(counted 0 '1..2\nok 1 a\nok 2 b\n')" = "2 0 0" ]
	[ "$(counted 1 '1..2\nok 1 - a\nnot ok 2 - b\n# 1 != 2\n# not ok - group\n')" = "1 1 0" ]
}

@test "a skip has its reason, or says that it has none" {
	[ "$(counted 0 '1..1\nok 1 a b # skip no moon\n')" = "0 0 1" ]
	[ "$(cat "$skips")" = "    skipped: program: a b: no moon" ]
	[ "$(counted 0 '1..2\nskip: no sun\nnot ok 1 # SKIP it\nok 2 - c\n')" = "1 0 1" ]
	[ "$(cat "$skips")" = "    skipped: program: it: no sun" ]
	[ "$(counted 0 '1..1\nok 1 a # skip\n')" = "0 0 1" ]
	[ "$(cat "$skips")" = "    skipped: program: a: no reason given" ]
}

@test "a crash after the last result is a failure" {
	[ "$(counted 139 '1..1\nok 1 a\n')" = "1 1 0" ]
}

@test "fewer or more results than announced are a failure" {
	[ "$(counted 0 '1..3\nok 1 a\nok 2 b\n')" = "2 1 0" ]
	[ "$(counted 0 '1..1\nok 1 a\nok 2 b\n')" = "2 1 0" ]
}

@test "no results are a failure" {
	[ "$(counted 0 '')" = "0 1 0" ]
	[ "$(counted 0 '1..0\n')" = "0 1 0" ]
	[ "$(counted 0 'all is well\n')" = "0 1 0" ]
}

@test "a leak that a sanitizer finds after the tests is a failure" {
	[ "$(counted 99 '1..1\nok 1 a\nERROR: LeakSanitizer\n')" = "1 1 0" ]
}

@test "the last line is the sum, alone" {
	mkdir -p "$BATS_TEST_TMPDIR/b/tests/unit"
	# Nothing was built there, so each unit test counts as failed.
	run tools/run-tests "$BATS_TEST_TMPDIR/b" unit
	[ "$status" = 1 ]
	[ "${lines[-1]}" = "0 passed, $(ls tests/unit/test_*.c | wc -l) failed, 0 skipped" ]
}

# built SCRIPT: a build folder, each of whose unit tests is that
built() {
	local source

	mkdir -p "$BATS_TEST_TMPDIR/b/tests/unit"
	printf '#!/bin/bash\n%s\n' "$1" >"$BATS_TEST_TMPDIR/b/test"
	chmod +x "$BATS_TEST_TMPDIR/b/test"
	for source in tests/unit/test_*.c; do
		ln -s ../../test "$BATS_TEST_TMPDIR/b/${source%.c}"
	done
}

@test "what could not be counted has not passed" {
	built 'echo 1..1; echo ok 1 a'
	count=$(ls tests/unit/test_*.c | wc -l)
	run tools/run-tests "$BATS_TEST_TMPDIR/b" unit
	[ "$status" = 0 ]
	[ "${lines[-1]}" = "$count passed, 0 failed, 0 skipped" ]
	mkdir "$BATS_TEST_TMPDIR/path"
	ln -s /bin/false "$BATS_TEST_TMPDIR/path/awk"
	PATH=$BATS_TEST_TMPDIR/path:$PATH run tools/run-tests "$BATS_TEST_TMPDIR/b" unit
	[ "$status" = 1 ]
	[ "${lines[-1]}" = "0 passed, $count failed, 0 skipped" ]
}

@test "whoever ends it ends all that it has begun, and nothing new begins" {
	export sleepers=$BATS_TEST_TMPDIR/sleepers
	built 'echo $$ >>"$sleepers"; exec sleep 1000'
	LANES=2 tools/run-tests "$BATS_TEST_TMPDIR/b" unit >/dev/null 3>&- &
	for _ in $(seq 300); do
		[ "$(cat "$sleepers" 2>/dev/null | wc -l)" != 2 ] || break
		sleep 0.1
	done
	[ "$(wc -l <"$sleepers")" = 2 ]
	kill -TERM $!
	wait $! || :
	none() {
		local pid
		for pid in $(cat "$sleepers"); do
			! kill -0 "$pid" 2>/dev/null || return 1
		done
	}
	for _ in $(seq 100); do
		! none || break
		sleep 0.1
	done
	none
	sleep 0.5
	[ "$(wc -l <"$sleepers")" = 2 ]
}
