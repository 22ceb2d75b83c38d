#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Settings that move work: under traffic, by the kernel's own counters, with the setting and without it.

load zcprof_run

setup() {
	as_root
	of_the_machine
	two_cpus
	PATH=$BUILD:$PATH
	ns=zcw$$
	ip netns add "${ns}rx"
	ip netns add "${ns}tx"
	ip -n "${ns}rx" link add name rx0 numrxqueues 2 numtxqueues 2 type veth \
		peer name tx0 numrxqueues 2 numtxqueues 2 netns "${ns}tx"
	ip -n "${ns}rx" address add 10.78.0.1/24 dev rx0
	ip -n "${ns}tx" address add 10.78.0.2/24 dev tx0
	for n in rx tx; do
		ip -n "$ns$n" link set "${n}0" up
		ip -n "$ns$n" link set lo up
	done
	# A place for journals that no other zcprof of this machine looks at, and puts back.
	unshare -m --propagation private sh -c 'mkdir -p /run/zcprof && mount -t tmpfs none /run/zcprof &&
		chmod 755 /run/zcprof && echo >"$1"; exec sleep 1000' - "$BATS_TEST_TMPDIR/apart" 3>&- &
	apart=$!
	wait_until 10 test -e "$BATS_TEST_TMPDIR/apart"
	receiver= rx_cpu=1 tx_cpu=0
}

teardown() {
	[ -z "$receiver" ] || kill -KILL "$receiver" 2>/dev/null || :
	nsenter -m -t "$apart" zcprof restore || :
	kill "$apart"
	remove_namespaces
}

in_ns() {
	local n=$1
	shift
	nsenter -m -t "$apart" ip netns exec "$ns$n" "$@"
}

# traffic COUNT RX-OPTION… -- TX-OPTION…: what COUNT said before and behind it is in grown, and the packets that came in packets
traffic() {
	local count=$1 rx=() before
	shift
	while [ "$1" != -- ]; do
		rx+=("$1")
		shift
	done
	shift
	: >"$BATS_TEST_TMPDIR/rx.csv" # the one before has said it too
	in_ns rx zcpath rx --bind 10.78.0.1 --cpu "$rx_cpu" "${rx[@]}" >"$BATS_TEST_TMPDIR/rx.csv" 3>&- &
	receiver=$!
	wait_until 10 grep -q listening "$BATS_TEST_TMPDIR/rx.csv"
	before=$($count)
	packets=$(in_ns rx cat /sys/class/net/rx0/statistics/rx_packets)
	in_ns tx zcpath tx --to 10.78.0.1 --cpu "$tx_cpu" --seconds 1 --warmup 0 "$@" >/dev/null
	packets=$(($(in_ns rx cat /sys/class/net/rx0/statistics/rx_packets) - packets))
	grown=$(($($count) - before))
	wait "$receiver"
	receiver=
	echo "$count ${rx[*]} $*: $grown, of $packets packets"
}

# How often a CPU was told by another that it has packets (received_rps, net/core/net-procfs.c).
rps_of_cpu_1() {
	local -a word
	mapfile -t word < <(sed -n 2p /proc/net/softnet_stat | tr ' ' '\n')
	echo $((16#${word[9]}))
}

busy_polled() {
	in_ns rx awk '$1 == "TcpExt:" { if (!n++) for (i = 1; i <= NF; i++) at[$i] = i; else print $at["BusyPollRxPackets"] }' /proc/net/netstat
}

# What the second transmit queue of the sender's device sent.
second_queue() {
	in_ns tx tc -s qdisc show dev tx0 | awk '/parent 1:2/ { found = 1 } found && /Sent/ { print $4; exit }'
}

# How long the threads of the device's NAPIs ran, in us.
napi_threads() {
	local pid
	for pid in $(pgrep '^napi/rx0-'); do
		awk '/^se.sum_exec_runtime/ { printf "%d\n", 1000 * $3 }' "/proc/$pid/sched"
	done | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# Others' traffic is in counters of the whole machine too.
is_more() { # FIGURE OTHER
	[ "$1" -gt $((20 + 5 * $2)) ]
}

@test "--rps: packets are handed to the CPU that it names" {
	traffic rps_of_cpu_1 --rps 0 -- --xps 0-1
	here=$grown
	traffic rps_of_cpu_1 --rps 1 --
	is_more "$grown" "$here"
}

@test "--rfs: packets are handed to the CPU where the receiver runs" {
	traffic rps_of_cpu_1 --
	here=$grown
	traffic rps_of_cpu_1 --rfs 4096 --
	is_more "$grown" "$here"
}

@test "--xps: the queue is that of the CPU that sends" {
	in_ns tx tc qdisc replace dev tx0 root handle 1: mq || skip "needs tc and sch_mq"
	# What an acknowledgement lets go is sent where that was received.
	rx_cpu=0
	traffic second_queue -- --xps 0-1
	first=$((100 * grown / packets))
	rx_cpu=1 tx_cpu=1
	traffic second_queue -- --xps 0-1
	second=$((100 * grown / packets))
	echo "of what CPU 0 sent $first % went by the second queue, of what CPU 1 sent $second %"
	[ "$first" -lt 30 ]
	[ "$second" -gt 70 ]
}

@test "--threaded-napi: its threads do the work" {
	# A veth uses its NAPI for what GRO may join: with GRO, and where the sender's does not segment.
	[ -e /proc/self/sched ] || skip "needs /proc/PID/sched (CONFIG_SCHED_DEBUG)"
	traffic napi_threads --gro sw --threaded-napi off -- --tso off
	[ "$grown" -eq 0 ]
	busy=0
	most() {
		local now
		now=$(napi_threads)
		[ "$now" -le "$busy" ] || busy=$now
	}
	: >"$BATS_TEST_TMPDIR/rx.csv" # the one before has said it too
	in_ns rx zcpath rx --bind 10.78.0.1 --cpu 1 --gro sw --threaded-napi on >"$BATS_TEST_TMPDIR/rx.csv" 3>&- &
	receiver=$!
	wait_until 10 grep -q listening "$BATS_TEST_TMPDIR/rx.csv"
	in_ns tx zcpath tx --to 10.78.0.1 --cpu 0 --seconds 3 --warmup 0 --tso off >/dev/null 3>&- &
	for _ in $(seq 20); do
		most
		sleep 0.1
	done
	wait %% || :
	wait "$receiver" || :
	receiver=
	echo "threads of the NAPIs ran for $busy us"
	[ "$busy" -gt 5000 ]
}

@test "--busy-poll: the socket polls the device" {
	traffic busy_polled --gro sw -- --tso off
	[ "$grown" -eq 0 ]
	traffic busy_polled --gro sw --busy-poll 200 -- --tso off
	[ "$grown" -gt 0 ]
}
