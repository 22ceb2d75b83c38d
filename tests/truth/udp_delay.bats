#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The one-way delay of datagrams, and the time of requests in them, against the kernel's own stamps on their packets.
#
# Alone: delays are compared.

bats_require_minimum_version 1.5.0
load ../host/zcpath
load middle

setup() {
	zcpath_setup
	middle_setup
	# Datagrams come at random, a third more than can pass, and queue in the middle for up to a second: beside them
	# it does not matter how long the two ends take to wake up, of which packets know nothing.
	ip netns exec $m tc qdisc add dev vb root tbf rate 100kbit burst 1600 limit 1m || skip "this kernel has no tbf"
}

teardown() {
	zcpath_teardown
	middle_teardown
}

@test "p50 and p99 are those of the packets, within 5 %, and as many" {
	for clock in kernel ptp; do
		meter $a left datagram_times $((port + 1)) to
		meter $b came datagram_times $((port + 1)) to
		rx --path copy
		led 4 --path copy --udp 200 --rate 70 --arrivals poisson --stamp $clock
		rx_ends
		[ "$rx_code" = 0 ]
		meters_end
		all=$(value rx datagrams)
		[ "$(value rx datagrams_missed)" = 0 ]
		[ "$(value rx stamps_wrong)" = 0 ]
		# Those that the receiver had when the window closed: it opened before the first.
		sed 1d came | awk -v all="$all" 'NR == FNR { left[$1] = $2; next } $1 < all { print $2 - left[$1] }' left - >delays
		echo "$clock: $(wc -l <delays) packets, $all datagrams; the sender was late by $(of_histogram tx lateness 0.5) and $(of_histogram tx lateness 0.99) ns"
		grep -h ',path,clock_' tx.csv || :
		[ "$(wc -l <delays)" = "$all" ]
		[ "$all" -gt 100 ]
		same_percentiles $clock delays rx one_way_delay
	done
}

@test "requests in datagrams: p50 and p99 are those of the packets, within 5 %, and as many" {
	meter $a left datagram_times $((port + 1)) to
	meter $a came datagram_times $((port + 1)) from
	rx --path copy
	led 4 --path copy --udp 200 --rpc 200:64 --rate 70 --arrivals poisson --rpc-timeout 4000
	rx_ends
	[ "$rx_code" = 0 ]
	meters_end
	all=$(value tx responses)
	[ "$(value tx requests_lost)" = 0 ]
	# In the order of their answers: the first so many are those that the client had when the window closed.
	sed 1d came | awk -v all="$all" 'NR == FNR { left[$1] = $2; next } ++n <= all { print $2 - left[$1] }' left - >trips
	echo "$(wc -l <trips) packets, $all requests"
	[ "$(wc -l <trips)" = "$all" ]
	[ "$all" -gt 100 ]
	same_percentiles requests trips tx latency
}
