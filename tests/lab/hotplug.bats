#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/truth/hotplug.bats where there are three CPUs, so that one comes behind that which goes. This
# starts its machine itself:
#
#   make test-lab NAMES=hotplug

@test "a CPU in the middle goes and comes" {
	cd "$BATS_TEST_DIRNAME/../.."
	# The bats that runs, whose folder is first in the PATH of a test, is none to begin with.
	lab/vm --kernel "${KERNEL:-7.2}" --cpus 3 --timeout 450 -- \
		env BUILD="$BUILD" PATH="${PATH#*/bats-core:}" bats tests/truth/hotplug.bats | tee "$BATS_TEST_TMPDIR/said"
	grep '^ok' "$BATS_TEST_TMPDIR/said"
	! grep -E '^not ok|# skip' "$BATS_TEST_TMPDIR/said" || false
}
