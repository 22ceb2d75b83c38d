#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The one-way delay of datagrams against the kernel's own stamps on their packets.
#
# Alone: delays are compared.

bats_require_minimum_version 1.5.0
load ../host/zcpath

setup() {
	zcpath_setup
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	a=owd$$-a m=owd$$-m b=owd$$-b
	ip netns add $a
	ip netns add $m
	ip netns add $b
	ip link add name v0 netns $a type veth peer name va netns $m
	ip link add name v0 netns $b type veth peer name vb netns $m
	ip -n $a addr add 10.97.1.1/24 dev v0
	ip -n $m addr add 10.97.1.2/24 dev va
	ip -n $m addr add 10.97.2.2/24 dev vb
	ip -n $b addr add 10.97.2.1/24 dev v0
	ip -n $a link set v0 up
	ip -n $m link set va up
	ip -n $m link set vb up
	ip -n $b link set v0 up
	ip -n $a route add default via 10.97.1.2
	ip -n $b route add default via 10.97.2.2
	ip netns exec $m sysctl -qw net.ipv4.ip_forward=1
	in_tx="ip netns exec $a" in_rx="ip netns exec $b"
	host=10.97.2.1
}

teardown() {
	zcpath_teardown
	[ -z "${meters-}" ] || kill $meters 2>/dev/null || true
	for ns in ${a-} ${m-} ${b-}; do
		ip netns del $ns
	done
}

percentile() { # SHARE FILE
	sort -n "$2" | awk -v share="$1" '{ at[NR] = $1 } END { i = int(share * NR + 0.999999); print at[i < 1 ? 1 : i] }'
}

of_histogram() { # SHARE: the middle of its bucket
	awk -F, -v share="$1" '$3 == "path" && $4 == "one_way_delay" { edge[++n] = $5; in_it[n] = $6; all += $6 }
		END { while (sum < share * all) sum += in_it[++i]; print edge[i] * (1 + 1 / 128) }' rx.csv
}

meter() { # NAMESPACE FILE
	ip netns exec "$1" "$BUILD/tests/tool/datagram_times" v0 $((port + 1)) >"$2" 3>&- &
	meters="${meters-} $!"
	for _ in $(seq 100); do
		grep -q ready "$2" && return
		sleep 0.02
	done
}

# Datagrams come at random and queue in the middle, for a hundred milliseconds: beside them it does not matter how long
# the two ends take to wake up, of which packets know nothing.
@test "p50 and p99 are those of the packets, within 5 %, and as many" {
	ip netns exec $m tc qdisc add dev vb root tbf rate 700kbit burst 1600 limit 1m || skip "this kernel has no tbf"
	for clock in kernel ptp; do
		meter $a left
		meter $b came
		rx --path copy
		: >tx.csv
		{ wait_for ',ready,' tx.csv >&2; echo open; sleep 3; echo close; } |
			tx --path copy --udp 1000 --rate 80 --arrivals poisson --stamp $clock --gate
		rx_ends
		[ "$rx_code" = 0 ]
		# shellcheck disable=SC2086 # words
		kill $meters
		# shellcheck disable=SC2086
		wait $meters || true
		meters=
		all=$(value rx datagrams)
		[ "$(value rx datagrams_missed)" = 0 ]
		[ "$(value rx stamps_wrong)" = 0 ]
		# Those that the receiver had when the window closed: it opened before the first.
		sed 1d came | awk -v all="$all" 'NR == FNR { left[$1] = $2; next } $1 < all { print $2 - left[$1] }' left - >delays
		echo "$clock: $(wc -l <delays) packets, $all datagrams"
		[ "$(wc -l <delays)" = "$all" ]
		[ "$all" -gt 100 ]
		for share in 0.5 0.99; do
			packets=$(percentile $share delays) zcpath=$(of_histogram $share)
			echo "# $clock p$share: packets $packets ns, zcpath $zcpath ns" >&3
			echo "$clock p$share: packets $packets ns, zcpath $zcpath ns"
			awk -v p="$packets" -v z="$zcpath" 'BEGIN { exit !(z > 0.95 * p && z < 1.05 * p) }'
		done
	done
}
