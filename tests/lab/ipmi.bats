#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Power by IPMI: through the kernel's own driver, from a management controller that is made up
# (tests/tool/bmc.py) and takes 10 W more each second. This starts its machine itself:
#
#   make test-lab NAMES=ipmi

teardown() {
	[ -z "${bmc-}" ] || kill "$bmc"
}

@test "the mean of a ramp that the machine's BMC tells is what it told in the window's middle" {
	cd "$BATS_TEST_DIRNAME/../.."
	socket=$BATS_TEST_TMPDIR/bmc
	python3 tests/tool/bmc.py "$socket" >"$BATS_TEST_TMPDIR/said" 3>&- &
	bmc=$!
	while [ ! -S "$socket" ]; do sleep 0.1; done
	lab/vm --kernel "${KERNEL:-7.2}" --bmc "$socket" --timeout 200 -- sh -c '
		modprobe -a ipmi_si ipmi_devintf
		for try in $(seq 100); do [ ! -e /dev/ipmi0 ] || break; sleep 0.1; done
		"$1/tests/tool/collect" --rx $$ --seconds 5 power
		"$1/zcprof" doctor --area system --format csv | grep "power meter"' - "$BUILD" >"$BATS_TEST_TMPDIR/run.csv"
	cat "$BATS_TEST_TMPDIR/said" "$BATS_TEST_TMPDIR/run.csv"
	grep -q "^,host,collector,means,power,.*BMC, by IPMI DCMI" "$BATS_TEST_TMPDIR/run.csv"
	grep -q '"power meter","ok","a BMC (IPMI)"' "$BATS_TEST_TMPDIR/run.csv"
	mean=$(awk -F, '$4 == "mean" && $5 == "ipmi" { print $6 }' "$BATS_TEST_TMPDIR/run.csv")
	# The first answer is to the question whether it measures at all, the last is behind the window.
	awk -v mean="$mean" 'NR == 2 { first = $2 } { last = $2 } END {
		print "mean", mean, "of a ramp from", first, "to", last
		exit !(last - first >= 40 && mean - (first + last) / 2 <= 6 && (first + last) / 2 - mean <= 6)
	}' "$BATS_TEST_TMPDIR/said"
}
