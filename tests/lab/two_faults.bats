#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What goes wrong at the far one of two machines (tests/two/faults.bats). They have one CPU each: emulated ones with
# more die at times. The bats that runs, whose folder is first in the PATH of a test, is none to begin with. What it says
# comes out as it is said, for all of it takes minutes; of ONLY, a pattern, those tests alone are run.

@test "what goes wrong at the far machine: a sentence in time, what was measured is kept, and it is as it was" {
	cd "$BATS_TEST_DIRNAME/../.." || return
	PATH=$BUILD:$PATH
	set -o pipefail
	lab/two --kernel "${KERNEL:-7.2}" --mtu 4148 --cpus 1 --timeout 580 --out "$BATS_TEST_TMPDIR/out" -- \
		env BUILD="$BUILD" PATH="${PATH#*/bats-core:}" bats ${ONLY:+--filter "$ONLY"} tests/two/faults.bats 2>&1 |
		sed -u 's/^#* */# /' >&3
}
