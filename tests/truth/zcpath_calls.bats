#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The calls that zcpath counts, against those that strace sees.

bats_require_minimum_version 1.5.0
load ../host/zcpath

setup() {
	zcpath_setup
}

teardown() {
	zcpath_teardown
}

# With 'open' and no 'start' the window holds all of the traffic, so a tracer of the whole process
# and the rows of the window have to say the same.
@test "calls are those that strace counts, to the call" {
	command -v strace >/dev/null || skip "needs strace"
	strace -f -o /dev/null true 2>/dev/null || skip "strace may not trace here"
	for pair in copy:copy copy:uring copy:send_zc uring:zerocopy uring:sendfile; do
		"$BUILD/zcpath" paths | awk -v r=${pair%:*} -v t=${pair#*:} \
			'$1 == "rx" && $2 == r || $1 == "tx" && $2 == t { if ($3 != "yes") exit 1 }' || continue
		in_rx="strace -c -f -o rx.strace"
		in_tx="strace -c -f -o tx.strace"
		rx --path ${pair%:*}
		(
			echo open
			wait_for ',closed,' tx.csv >&2
		) | tx --gate --path ${pair#*:} --bytes 5M --write 64K
		rx_ends
		[ "$rx_code" = 0 ]
		for end in rx tx; do
			for call in recvfrom sendto recvmsg epoll_wait io_uring_enter; do
				# sendfile asks netlink which device it goes over.
				[ "$pair:$end" = uring:sendfile:tx ] && continue
				counted=$(value $end calls $call || echo 0)
				traced=$(awk -v c=$call '$NF == c { n = $4 } END { print n + 0 }' $end.strace)
				echo "$pair $end $call: counted $counted, traced $traced"
				[ "$counted" = "$traced" ]
			done
		done
	done
}
