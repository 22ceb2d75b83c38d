#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# BIG TCP: packets of more than 64 KiB through the stack of both ends, counted by the kernel's own
# tracepoints; run in the lab's machine:
#
#   BUILD=build lab/run --mtu 4148 -- bats tests/lab/big_tcp.bats

bats_require_minimum_version 1.5.0
load zcnic

EVENTS=/sys/kernel/tracing/events/net
LARGE='hist:keys=name,len:size=8192 if len > 65536'
BYTES=32000000

setup() {
	zcnic_setup
	nic=(--nic zcnic0 --queues 3)
	sizes 200000 200000
}

teardown() {
	zcnic_teardown
	sizes 65536 65536
	ip netns exec rx ethtool -K zcnic0 rx-gro-hw on
	for event in net_dev_start_xmit netif_receive_skb; do
		echo "!$LARGE" >$EVENTS/$event/trigger
	done
}

sizes() { # OF-SENDER OF-RECEIVER: gso_max_size, gro_max_size and those of IPv4
	ip netns exec tx "$BATS_TEST_DIRNAME/../tool/big_tcp.py" zcnic1 "$1"
	ip netns exec rx "$BATS_TEST_DIRNAME/../tool/big_tcp.py" zcnic0 "$2"
}

has() { # END PATH: whether this kernel can
	local in_end=in_$1

	${!in_end} "$BUILD/zcpath" paths | grep -qE "^$1 +$2 +yes"
}

count_large() {
	for event in net_dev_start_xmit netif_receive_skb; do
		echo "!$LARGE" >$EVENTS/$event/trigger
		echo "$LARGE" >$EVENTS/$event/trigger
	done
}

# Of skbs above 64 KiB: how many bytes they had, and how long the longest was.
large() { # EVENT DEVICE
	sed -n "s/.*name: *$2 *, len: *\([0-9]*\) *} hitcount: *\([0-9]*\).*/\1 \2/p" $EVENTS/"$1"/hist |
		awk '{ bytes += $1 * $2; if ($1 > most) most = $1 } END { print bytes + 0, most + 0 }'
}

card() { # COUNTER: of all queues
	ip netns exec rx ethtool -S zcnic0 | awk -v name="_$1:" '$1 ~ name { n += $2 } END { printf "%.0f\n", n }'
}

# move RX TX: verified; what went through is in sent, longest_sent, received, longest_received
move() {
	local rx=$1 tx=$2 to=()

	[ "$rx" = copy ] || to=("${nic[@]}")
	count_large
	both --path "$rx" "${to[@]}" -- --path "$tx" --bytes $BYTES --verify
	read -r sent longest_sent < <(large net_dev_start_xmit zcnic1)
	read -r received longest_received < <(large netif_receive_skb zcnic0)
	echo "# $rx from $tx by $host, HW GRO ${gro-on}: above 64 KiB were $((100 * sent / BYTES)) % of what was" \
		"sent, up to $longest_sent bytes, and $((100 * received / BYTES)) % of what was received, up to" \
		"$longest_received" >&3
	check_figures $BYTES
	[ "$rx" = copy ] || [ "$(value rx bytes_zerocopy)" = $BYTES ]
}

@test "packets of up to 200000 bytes are sent and received: IPv4, IPv6, HW GRO, each path" {
	for gro in on off; do
		ip netns exec rx ethtool -K zcnic0 rx-gro-hw $gro
		for host in 10.9.0.1 fd09::1; do
			for path in copy zcrx devmem; do
				has rx $path || continue
				packets=$(card merged_packets) segments=$(card merged_wire_packets)
				move $path copy
				[ $sent -ge $((BYTES / 2)) ]
				[ $longest_sent -gt 100000 ]
				[ $received -ge $((BYTES / 4)) ]
				[ $longest_received -gt 100000 ]
				[ $longest_received -le 200014 ]
				packets=$(($(card merged_packets) - packets))
				segments=$(($(card merged_wire_packets) - segments))
				if [ $gro = off ]; then
					[ $packets = 0 ]
					continue
				fi
				# The card merges up to 64 KiB, and what is above that is GRO's, of what the card merged.
				[ $((segments * 4096)) -ge $((BYTES / 2)) ]
				[ $((segments / packets)) -ge 8 ]
				[ $((segments / packets)) -le 16 ]
			done
		done
	done
}

@test "from device memory a packet has 17 pages at most, which is a little more than 64 KiB" {
	has tx devmem || skip "this kernel cannot send device memory"
	for host in 10.9.0.1 fd09::1; do
		for path in copy zcrx devmem; do
			move $path devmem
			[ $sent -ge $((BYTES / 4)) ]
			[ $longest_sent -gt $((17 * 4096)) ]
			[ $longest_sent -lt $((17 * 4096 + 128)) ]
			[ $received -gt 0 ]
		done
	done
}

@test "without it none is larger than 64 KiB, at the end that has not got it" {
	host=fd09::1
	for host in 10.9.0.1 fd09::1; do
		sizes 65536 200000
		move copy copy
		[ $sent = 0 ]
		sizes 200000 65536
		move copy copy
		[ $sent -ge $((BYTES / 2)) ]
		[ $received = 0 ]
	done
}
