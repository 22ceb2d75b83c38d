#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Device memory over the software NIC, both ends; run in the lab's machine:
#
#   BUILD=build lab/run --mtu 4148 -- bats tests/lab/devmem.bats

bats_require_minimum_version 1.5.0
load ../host/zcpath

DEBUG=/sys/kernel/debug/zcnic/zcnic.0/rx3

setup() {
	ip -n rx link show zcnic0 >/dev/null 2>&1 || skip "there is no zcnic here: see lab/run"
	zcpath_setup
	host=10.9.0.1
	in_rx="ip netns exec rx"
	in_tx="ip netns exec tx"
	devmem=(--path devmem --nic zcnic0 --queues 3)
	on_rx ethtool -X zcnic0 equal 3
	on_rx ethtool -K zcnic0 ntuple on
	steer tcp4
	steer tcp6
}

teardown() {
	echo "rx: $(cat rx.err)"
	zcpath_teardown
	for fault in drop_every linear_every wrong_queue; do
		[ ! -e $DEBUG/$fault ] || echo 0 >$DEBUG/$fault
	done
	on_rx ethtool -n zcnic0 | awk '/Filter:/ { print $2 }' |
		xargs -r -n 1 ip netns exec rx ethtool -N zcnic0 delete
	on_both mtu 4148
}

on_rx() {
	ip netns exec rx "$@" >/dev/null
}

on_both() {
	ip -n rx link set zcnic0 "$@"
	ip -n tx link set zcnic1 "$@"
}

steer() { # FLOW-TYPE
	on_rx ethtool -N zcnic0 flow-type "$1" dst-port $((port + 1)) action 3
}

fault() { # NAME VALUE
	[ -e $DEBUG/$1 ] || skip "this zcnic has no fault $1"
	echo "$2" >$DEBUG/$1
}

@test "every byte arrives without a copy, IPv4 and IPv6, long and short frames" {
	for mtu in 4148 1500; do
		on_both mtu $mtu
		for host in 10.9.0.1 fd09::1; do
			echo "mtu $mtu to $host"
			both "${devmem[@]}" -- --path devmem --bytes 40M --verify
			check_figures $((40 << 20))
			[ "$(value rx bytes_zerocopy)" = $((40 << 20)) ]
			[ "$(value tx bytes_zerocopy)" = $((40 << 20)) ]
		done
	done
}

@test "each end alone, with copies at the other" {
	both "${devmem[@]}" -- --path copy --bytes 40M --verify
	check_figures $((40 << 20))
	[ "$(value rx bytes_zerocopy)" = $((40 << 20)) ]
	both --path copy -- --path devmem --bytes 40M --verify
	check_figures $((40 << 20))
	[ "$(value tx bytes_zerocopy)" = $((40 << 20)) ]
	[ "$(value rx bytes_zerocopy)" = 0 ]
}

@test "memory of each kind, four flows, odd sizes, blocking, hardly any room for messages" {
	both "${devmem[@]}" --memory heap -- --path devmem --memory heap --bytes 20M --verify
	check_figures $((20 << 20))
	both "${devmem[@]}" --blocking -- --path devmem --flows 4 --write 10001 --msg 1000003 \
		--bytes 20M --verify
	check_figures $((20 << 20))
	both "${devmem[@]}" --read 64M --control 64 -- --path devmem --bytes 20M --verify
	check_figures $((20 << 20))
	# A message for each receive.
	[ "$(value rx calls recvmsg)" -ge "$(value rx frags)" ]
	echo 40 >/proc/sys/vm/nr_hugepages
	both "${devmem[@]}" --hugepages --area 16M -- --path devmem --hugepages --msg 16M \
		--bytes 20M --verify
	check_figures $((20 << 20))
}

@test "buffers go back in batches, each as few ranges as its tokens make" {
	for batch in 1 64 1024; do
		both "${devmem[@]}" --batch $batch -- --path devmem --bytes 40M
		frags=$(value rx frags)
		calls=$(value rx calls setsockopt)
		echo "batch $batch: $frags fragments, $(value rx token_ranges) ranges, $calls calls, late $(value rx late_tokens)"
		[ "$frags" -ge $(((40 << 20) / 4096)) ]
		# Besides full ones: those that were full of ranges, late ones, and the rest.
		[ "$calls" -ge $(((frags + batch - 1) / batch)) ]
		[ "$calls" -le $((frags / batch + 1 + $(value rx late_tokens) + $(value rx token_ranges) / 128)) ]
		awk -F, -v frags="$frags" '$4 == "receive_frags" { n += $5 * $6 }
			END { exit !(n > 0.85 * frags && n <= frags) }' rx.csv
	done
}

@test "what the NIC does not split, or steers elsewhere, is copied and counted as that" {
	fault linear_every 10
	both "${devmem[@]}" -- --path devmem --bytes 40M --verify
	check_figures $((40 << 20))
	share=$((100 * $(value rx bytes_copied) / (40 << 20)))
	echo "copied $share %: plain $(value rx bytes_plain), linear $(value rx bytes_linear)"
	[ $share -ge 8 ] && [ $share -le 12 ]
	[ $(($(value rx bytes_plain) + $(value rx bytes_linear))) = "$(value rx bytes_copied)" ]
	fault linear_every 0
	fault wrong_queue 1
	both "${devmem[@]}" -- --path devmem --bytes 10M --verify
	check_figures $((10 << 20))
	[ "$(value rx bytes_plain)" = $((10 << 20)) ]
}

@test "packets that are lost are sent again from the dma-buf" {
	fault drop_every 200
	both "${devmem[@]}" -- --path devmem --bytes 20M --verify
	check_figures $((20 << 20))
}

@test "no more is in flight than --in-flight says" {
	both "${devmem[@]}" -- --path devmem --in-flight 256K --bytes 20M
	[ "$(value tx notifications)" = 80 ]
	[ "$(value tx errqueue_stalls)" = 79 ]
	both "${devmem[@]}" -- --path devmem --bytes 20M
	[ "$(value tx errqueue_stalls)" = 0 ]
}

refuses() { # END PATTERN RX-OPTION... -- TX-OPTION...
	local end=$1 pattern=$2 for_rx=() code=0
	shift 2
	while [ "$1" != -- ]; do
		for_rx+=("$1")
		shift
	done
	shift
	rx "${for_rx[@]}"
	tx "$@" || code=$?
	rx_ends
	[ "$end" = tx ] || code=$rx_code
	echo "${for_rx[*]} -- $*: $code: $(cat "$end.err")"
	[ "$code" = 3 ]
	[[ "$(<"$end.err")" == *$pattern* ]]
	[ "$(wc -l <"$end.err")" = 1 ]
}

@test "what cannot be bound is one sentence and exit 3" {
	local nic=(--path devmem --nic zcnic0)

	refuses rx "zcnic0 has no receive queue 9: they are 0 to 3" "${nic[@]}" --queues 2,9 -- --bytes 1M
	refuses rx "no memory providers" --path devmem --nic lo --queues 0 -- --bytes 1M
	refuses rx "no such device" --path devmem --nic nope --queues 0 -- --bytes 1M
	refuses rx "more than the 64 MiB" "${devmem[@]}" --area 65M -- --bytes 1M
	refuses rx "libcuda.so.1 is not here" "${devmem[@]}" --memory cuda -- --bytes 1M
	refuses tx "cannot send device memory" "${devmem[@]}" -- --path devmem --nic lo --bytes 1M
	on_rx ethtool -G zcnic0 tcp-data-split off
	refuses rx "tcp-data-split" "${devmem[@]}" -- --bytes 1M
	on_rx ethtool -G zcnic0 tcp-data-split on
}

@test "a queue that another holds is said to be held, and by what" {
	rx "${devmem[@]}"
	$in_tx "$BUILD/zcpath" tx --to $host --port "$port" --path devmem --seconds 30 >first.csv 2>first.err 3>&- &
	first=$!
	wait_for ',ready,' rx.csv
	port=$((port + 2))
	mv rx.csv rx1.csv
	refuses rx "queue 3 of zcnic0 belongs to devmem" "${devmem[@]}" -- --bytes 1M
	kill $first
	wait $first || true
}

@test "an end that is killed in mid-stream leaves nothing bound" {
	for end in rx tx; do
		rx "${devmem[@]}"
		$in_tx timeout 60 "$BUILD/zcpath" tx --to $host --port "$port" --path devmem --seconds 30 >tx.csv 2>tx.err 3>&- &
		wait_for ',open,' rx.csv
		sleep 0.3
		pkill -KILL -f "zcpath $end .*--port $port" || true
		wait
	done
	both "${devmem[@]}" -- --path devmem --bytes 10M --verify
	check_figures $((10 << 20))
}
