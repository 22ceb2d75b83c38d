#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Zero copy in a namespace that owns no NIC: a queue of zcnic0 is leased to its netkit device. Linux 7.1
# and newer. Run in the lab's machine:
#
#   BUILD=build lab/run --mtu 4148 -- bats tests/lab/netkit.bats

bats_require_minimum_version 1.5.0
load zcnic

BYTES=16000000

setup_file() {
	[ "$(printf '7.1\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 7.1 ] || skip "queues are leased from Linux 7.1 on"
	lab/pod --queue 3 -- true
	ip netns exec rx ethtool -X zcnic0 equal 3
	ip netns exec rx ethtool -K zcnic0 ntuple on
}

setup() {
	zcnic_setup
	host=10.9.1.2 in_rx="ip netns exec pod"
}

teardown() {
	zcnic_teardown
}

lease() { # what doctor finds of zcnic0's queues
	ip netns exec rx "$BUILD/zcprof" doctor --area "zero copy" --format csv zcnic0 | grep "queue leases"
}

@test "doctor says to which device of which namespace a queue is leased" {
	run lease
	echo "$output"
	index=$(ip -n pod -o link show nk0 | cut -d: -f1)
	[[ "$output" == *"3: a virtual device (leased to queue 1 of device $index in network namespace "* ]]
}

@test "doctor there says that its queues take memory, and that the rest is of the NIC" {
	run ip netns exec pod "$BUILD/zcprof" doctor --area "zero copy" --format csv nk0
	echo "$output"
	[[ "$output" == *",memory providers,ok,"* ]]
	[[ "$output" != *",missing,"* ]]
	[ "$(grep -c "that of the NIC whose queues it leases" <<<"$output")" = 5 ]
}

# The data port alone: what other sockets receive from that queue they cannot read.
steered() { # PORT
	ip netns exec rx ethtool -N zcnic0 flow-type tcp4 dst-ip 10.9.1.2 dst-port "$1" action 3
}

@test "zcrx and devmem from a namespace that owns no NIC: every byte right and none copied" {
	steered $((port + 1))
	for path in zcrx devmem; do
		for sender in copy devmem; do
			echo "$path from $sender"
			both --path $path --nic nk0 --queues 1 -- --path $sender --bytes $BYTES --verify
			check_figures $BYTES
			[ "$(value rx bytes_zerocopy)" = $BYTES ]
		done
	done
}

@test "what a namespace that owns no NIC sends by devmem arrives, and is not copied by it" {
	# shellcheck disable=SC2034 # rx() and tx() have them
	host=10.9.0.2 in_rx="ip netns exec tx" in_tx="ip netns exec pod"
	both --path copy -- --path devmem --nic nk0 --bytes $BYTES --verify
	check_figures $BYTES
	[ "$(value tx bytes_zerocopy)" = $BYTES ]
}

@test "its own queue is none of a NIC's, and nothing was set at its device" {
	# shellcheck disable=SC2086,SC2154 # as rx() has them
	run -3 $in_rx timeout 20 "$BUILD/zcpath" rx --bind "$host" --port "$port" --path zcrx --nic nk0 --queues 0
	[[ "$output" == *"queue 0 of nk0 is its own"* ]]
}
