#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The latency of requests against the kernel's own stamps on their packets.
#
# Alone: latencies are compared.

bats_require_minimum_version 1.5.0
load ../host/zcpath
load middle

setup() {
	zcpath_setup
	middle_setup
}

teardown() {
	zcpath_teardown
	middle_teardown
}

# The server lets completions gather for half a second, in which requests come at random: beside that it does not
# matter how long the client takes to wake up, of which packets know nothing.
@test "p50 and p99 are those of the packets, within 5 %, and as many" {
	"$BUILD/zcpath" paths | grep -q '^rx *uring *yes' || skip "needs rx uring"
	meter $a segments segment_times $((port + 1))
	rx --path uring --min-wait 500000
	led 5 --path copy --rpc 64:80 --rate 25 --arrivals poisson ||
		! grep -q 'takes Linux 6.12' rx.err || skip "$(<rx.err)"
	rx_ends
	[ "$rx_code" = 0 ]
	meters_end
	all=$(value tx responses)
	# Behind the 64 bytes with which a flow begins, the nth request ends at byte 64 n, and its answer at byte 80 n.
	sed 1d segments | awk -v all="$all" '
		$1 == ">" { while ($2 >= 64 + 64 * (asked + 1)) left[++asked] = $3 }
		$1 == "<" { while ($2 >= 80 * (answered + 1)) if (++answered <= all) print $3 - left[answered] }' >trips
	echo "$(wc -l <trips) packets, $all requests"
	[ "$(wc -l <trips)" = "$all" ]
	[ "$all" -gt 50 ]
	same_percentiles requests trips tx latency
}
