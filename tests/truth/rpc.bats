#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The latency of requests against the kernel's own stamps on their packets.
#
# Alone: latencies are compared.

bats_require_minimum_version 1.5.0
load ../host/zcpath

setup() {
	zcpath_setup
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	a=rpc$$-a b=rpc$$-b
	ip netns add $a
	ip netns add $b
	ip link add name v0 netns $a type veth peer name v0 netns $b
	ip -n $a addr add 10.97.0.1/24 dev v0
	ip -n $b addr add 10.97.0.2/24 dev v0
	ip -n $a link set v0 up
	ip -n $b link set v0 up
	# Both ends run as soon as they can, whatever else does.
	in_tx="ip netns exec $a chrt -f 50" in_rx="ip netns exec $b chrt -f 50"
	host=10.97.0.2
}

teardown() {
	zcpath_teardown
	[ -z "${a-}" ] || ip netns del $a
	[ -z "${b-}" ] || ip netns del $b
}

percentile() { # SHARE FILE
	sort -n "$2" | awk -v share="$1" '{ at[NR] = $1 } END { i = int(share * NR + 0.999999); print at[i < 1 ? 1 : i] }'
}

of_histogram() { # SHARE: the middle of its bucket
	awk -F, -v share="$1" '$3 == "path" && $4 == "latency" { edge[++n] = $5; in_it[n] = $6; all += $6 }
		END { while (sum < share * all) sum += in_it[++i]; print edge[i] * (1 + 1 / 128) }' tx.csv
}

# The server lets completions gather for some milliseconds: beside them it does not matter how long the
# client takes to wake up, of which packets know nothing.
@test "p50 and p99 are those of the packets, within 5 %" {
	"$BUILD/zcpath" paths | grep -q '^rx *uring *yes' || skip "needs rx uring"
	ip netns exec $a "$BUILD/tests/tool/round_trips" v0 $((port + 1)) 500 >trips 3>&- &
	meter=$!
	for _ in $(seq 100); do
		grep -q ready trips && break
		sleep 0.02
	done
	rx --path uring --min-wait 5000
	tx --path copy --rpc 64:64 --warmup 0 --seconds 3.2 ||
		! grep -q 'takes Linux 6.12' rx.err || skip "$(<rx.err)"
	rx_ends
	[ "$rx_code" = 0 ]
	wait $meter
	sed -i 1d trips
	for share in 0.5 0.99; do
		packets=$(percentile $share trips) zcpath=$(of_histogram $share)
		echo "# p$share: packets $packets ns, zcpath $zcpath ns" >&3; echo "p$share: packets $packets ns, zcpath $zcpath ns"
		awk -v p="$packets" -v z="$zcpath" 'BEGIN { exit !(z > 0.95 * p && z < 1.05 * p) }'
	done
}
