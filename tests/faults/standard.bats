#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Standard output that takes nothing, and standard descriptors that whoever starts a program has closed.

load ../host/zcprof_run

setup() {
	[ -w /dev/full ] || skip "there is no /dev/full"
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	export FAKE_GATE=$dir/gate
	zcprof run --zcpath "$PWD/tests/fixtures/zcpath-fake" --link loopback --seconds 0.2 --warmup 0 --collect cpu --rx copy,uring \
		--repeat 1 -o "$dir/out"
}

@test "what is printed and not taken is exit code 1 and a sentence, whatever the command" {
	one=$dir/out/rx=copy,tx=copy other=$dir/out/rx=uring,tx=copy
	while read -r line; do
		# shellcheck disable=SC2086 # words
		set -- ${line//ONE/$one}
		set -- "${@//OTHER/$other}"
		run bash -c '"$@" 2>&1 >/dev/full' _ "$@"
		echo "$*: $status $output"
		[ "$status" -eq 1 ]
		[[ $output == *"cannot write to standard output: No space left on device"* ]]
		run bash -c '"$@" 2>&1 >&-' _ "$@"
		echo "$*: $status $output"
		[ "$status" -eq 1 ]
		[[ $output == *"cannot write to standard output: it is closed"* ]]
	done <<-END
		zcpath --help
		zcpath --version
		zcpath rx --help
		zcpath paths
		zcprof --help
		zcprof --version
		zcprof run --dry-run -o $dir/none
		zcprof doctor
		zcprof doctor --format json
		zcroi --help
		zcroi table $dir/out
		zcroi table --format json $dir/out
		zcroi show components ONE
		zcroi diff ONE OTHER
		zcroi explain --format json ONE OTHER
		zcroi whatif ONE
		zcroi history $dir
	END
}

@test "closed descriptors are no file or socket that a program opens" {
	# Rows of a receiver whose output is closed reach no sender, and neither end goes on without them.
	for closed in '>&-' '<&- >&- 2>&-'; do
		port=$(free_port)
		run timeout 20 bash -c '"$BUILD/zcpath" rx --port "$0" '"$closed" "$port"
		echo "$closed: $status $output"
		[ "$status" -eq 1 ]
	done
	run bash -c '"$BUILD/zcroi" report "$0" -o "$1" <&- >&- 2>&-' "$dir/out" "$dir/page.html"
	[ "$status" -eq 0 ]
	head -c 15 "$dir/page.html" | grep -qi "<!doctype html>"
	[ "$(grep -c '^zcroi: ' "$dir/page.html")" -eq 0 ]
}
