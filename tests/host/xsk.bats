#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What xsk receives and sends, against what the device and the kernel counted; by queues, which are put back.

bats_require_minimum_version 1.5.0
load zcpath
load packets

setup() {
	packets_setup
}

teardown() {
	packets_teardown
}

@test "what xsk receives is what the device handed over, less what the kernel says that it dropped; every byte checked" {
	for send in xsk copy; do
		for host in 10.97.0.2 fd97::2; do
			before=$(counted xdp_redirect)
			lost=$(counted xdp_redirect_errors)
			both --path xsk -- --path $send --udp 64 --seconds 0.3 --warmup 0 --verify
			taken=$(($(counted xdp_redirect) - before)) lost=$(($(counted xdp_redirect_errors) - lost))
			echo "$send to $host: device $taken, failed $lost, counted $(value rx bytes_life), sent $(value tx bytes_life)"
			[ "$(value rx bytes_life)" -gt 0 ]
			[ "$(value rx bytes_life)" = $((taken * 64)) ]
			[ "$(value rx bad_bytes)" = 0 ]
			[ "$(value rx given xsk)" = copy ]
			[ "$(value rx xsk_invalid)" = 0 ]
			no_program
		done
	done
}

@test "frames of the generator are datagrams to a socket, of every size, every byte checked" {
	for host in 10.97.0.2 fd97::2; do
		for size in 16 17 1399 1400; do
			both --path copy -- --path xsk --udp $size --seconds 0.2 --warmup 0 --verify
			[ "$(value rx bad_bytes)" = 0 ]
			[ "$(value rx datagrams)" -gt 0 ]
		done
	done
	# The kernel found no checksum that was wrong, nor anything else.
	$in_rx awk '/^Udp:/ && n++ { print "errors " $4 ", of full sockets " $6; exit $4 != $6 }' /proc/net/snmp
	[ "$($in_rx awk '$1 == "Udp6InErrors" { print $2 }' /proc/net/snmp6)" = "$($in_rx awk '$1 == "Udp6RcvbufErrors" { print $2 }' /proc/net/snmp6)" ]
}

@test "two flows over two queues, with a memory of their own and with one for both" {
	ip -n $a link del v0
	ip link add name v0 netns $a numtxqueues 2 numrxqueues 2 type veth peer name v0 netns $b numtxqueues 2 numrxqueues 2
	for n in 1 2; do
		local ns=$([ $n = 1 ] && echo $a || echo $b)
		ip -n $ns addr add 10.97.0.$n/24 dev v0
		ip -n $ns link set v0 up
	done
	for options in "" --share-umem; do
		# shellcheck disable=SC2086 # words
		both --path xsk $options -- --path xsk $options --flows 2 --seconds 0.5 --warmup 0 --verify
		[ "$(value rx bad_bytes)" = 0 ]
		[ "$(value rx xdp_misplaced)" = 0 ]
		for n in 0 1; do
			[ "$(value rx flow_bytes $n)" -gt 0 ]
			[ "$(value rx queue_datagrams $n)" -gt 0 ]
		done
	done
	# All by one queue: what is the other flow's goes on to the stack, and is said.
	both --path xsk -- --path xsk --queues 0 --share-umem --flows 1 --seconds 0.2 --warmup 0
	both --path xsk --queues 1 -- --path xsk --queues 0 --seconds 0.2 --warmup 0 || :
	[ "$(value rx xdp_misplaced)" -gt 0 ]
}

@test "queues that a run has set are put back when its sockets are gone from them, at both ends" {
	ip -n $a link del v0
	ip link add name v0 netns $a numtxqueues 2 numrxqueues 2 type veth peer name v0 netns $b numtxqueues 2 numrxqueues 2
	for n in 1 2; do
		local ns=$([ $n = 1 ] && echo $a || echo $b)
		ip netns exec $ns ethtool -L v0 rx 1 tx 1
		ip -n $ns addr add 10.97.0.$n/24 dev v0
		ip -n $ns link set v0 up
	done
	# The kernel lets go of a queue a moment after the last socket on it was closed.
	for _ in 1 2 3; do
		both --path xsk --queues-count 2 -- --path xsk --queues-count 2 --flows 2 --seconds 0.2 --warmup 0
		for ns in $a $b; do
			[ "$(ip netns exec $ns ethtool -l v0 | awk '/Current/ { now = 1 } now && /^(RX|TX):/ { print $2 }' | xargs)" = "1 1" ]
		done
	done
}

@test "more flows than --queues names is refused at both ends, with one memory for all too" {
	for umem in "" --share-umem; do
		for end in rx tx; do
			for_rx=$umem for_tx=$umem
			[ $end = rx ] && for_rx+=" --queues 0" || for_tx+=" --queues 0"
			# The kernel takes its time to free a queue that the one before had.
			for _ in 1 2 3 4 5; do
				# shellcheck disable=SC2086 # words
				rx --path xsk $for_rx
				code=0
				# shellcheck disable=SC2086 # words
				tx --path xsk $for_tx --flows 2 --seconds 0.2 --warmup 0 || code=$?
				rx_ends
				cat rx.err tx.err
				grep -q "or cannot give it away" rx.err tx.err || break
				sleep 0.2
			done
			[ "$([ $end = rx ] && echo "$rx_code" || echo "$code")" = 3 ]
			grep -q "2 flows take a queue each, and --queues names 1" $end.err
		done
	done
}
