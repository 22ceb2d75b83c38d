#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Whatever a device does with what it was given, and whoever dies: a sender ends.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	ns=stuck$$
	ip netns add $ns
	ip -n $ns link set lo up
	ip -n $ns link add sink type dummy 2>/dev/null || ip -n $ns link add sink type bridge
	ip -n $ns link set sink up
	ip -n $ns addr add 10.99.0.1/24 dev sink
	ip -n $ns neigh add 10.99.0.2 lladdr 02:00:00:00:00:01 dev sink nud permanent
	in_rx="ip netns exec $ns" in_tx="ip netns exec $ns"
}

teardown() {
	zcpath_teardown
	[ -z "${ns-}" ] || ip netns del $ns
}

@test "a device that keeps what it was given: no notification comes, and every sender ends with a sentence" {
	command -v tc >/dev/null || skip "needs tc, for a device that is slow"
	ip netns exec $ns tc qdisc add dev sink root tbf rate 8kbit burst 2kb limit 100mb ||
		skip "this kernel has no qdisc tbf"
	for tx in copy uring send_zc "send_zc --flush-every 8" zerocopy; do
		rx --path copy
		# shellcheck disable=SC2086 # $tx is words
		run --separate-stderr timeout -s KILL 40 $in_tx "$BUILD/zcpath" tx --to "$host" --port "$port" \
			--path $tx --udp 600 --away 10.99.0.2 --seconds 0.5 --warmup 0
		echo "$tx: $status $stderr"
		[ "$status" = 1 ]
		[[ "$stderr" == *"no byte has moved for"* ]]
		rx_ends
	done
}

@test "a sender whose leader was killed ends" {
	"$BUILD/zcprof" run --link dummy --udp 600 --tx send_zc --seconds 30 --warmup 0.1 --repeat 1 --port "$port" \
		--collect cpu -o alone >run.out 2>&1 3>&- &
	leader=$!
	sent() { pgrep -f "zcpath tx .*--port $port( |\$)"; }
	for _ in $(seq 200); do
		sent >/dev/null && break
		sleep 0.05
	done
	sent
	kill -KILL "$leader"
	for _ in $(seq 200); do
		sent >/dev/null || break
		sleep 0.05
	done
	! sent || false
	"$BUILD/zcprof" restore
}
