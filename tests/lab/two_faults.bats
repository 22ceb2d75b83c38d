#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What goes wrong at the far one of two machines (tests/two/faults.bats). They have one CPU each: emulated ones with
# more die at times. The bats that runs, whose folder is first in the PATH of a test, is none to begin with.

@test "what goes wrong at the far machine: a sentence in time, what was measured is kept, and it is as it was" {
	cd "$BATS_TEST_DIRNAME/../.." || return
	PATH=$BUILD:$PATH
	run lab/two --kernel "${KERNEL:-7.2}" --mtu 4148 --cpus 1 --timeout 580 --out "$BATS_TEST_TMPDIR/out" -- \
		env BUILD="$BUILD" PATH="${PATH#*/bats-core:}" bats tests/two/faults.bats
	echo "$output"
	grep '^#' <<<"$output" >&3
	[ "$status" -eq 0 ]
}
