#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof attach -- COMMAND, where the command says itself what it moved: as it says, and as the kernel
# counted beside it.
#
# Alone: what a command moves in the window is compared to a few percent.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run
load attach_pair

setup() {
	pair_up
}

teardown() {
	pair_down
}

within() {
	between "$(awk -v x="$2" -v p="$3" 'BEGIN { print x * (1 - p / 100) }')" "$1" \
		"$(awk -v x="$2" -v p="$3" 'BEGIN { print x * (1 + p / 100) }')"
}

@test "iperf3 -c: -J is added, its bytes are those of its intervals, which are the kernel's too" {
	zcprof attach --collect cpu,tcp -o "$dir/c.csv" -- ip netns exec "$ns-c" \
		iperf3 -c 10.77.0.1 -t 3 -i 0.1 -b 1G -l 8K >"$dir/client.json" 2>"$dir/said"
	cat "$dir/said"
	grep -q 'iperf3 is started with -J' "$dir/said"
	is_record "$dir/c.csv"
	# What it printed has come through whole.
	[ "$(python3 -c 'import json, sys; print(len(json.load(sys.stdin)["intervals"]))' <"$dir/client.json")" -ge 25 ]
	grep -q '^,tx,fact,attached,bytes,report of iperf3,' "$dir/c.csv"
	within "$(value "$dir/c.csv" tx path bytes)" "$(value "$dir/c.csv" tx path bytes_seen)" 3
	between 0.9 "$(value "$dir/c.csv" tx path reported)" 1
	zcroi check "$dir/c.csv"
	zcroi table "$dir/c.csv" | grep -q '^c .* attached '
}

@test "iperf3 -s: its end by what it moves, one test of two, zcprof's end ends it" {
	zcprof attach --collect cpu --warmup 1 --seconds 3 --terminate -o "$dir/s.csv" -- \
		ip netns exec "$ns-s" iperf3 -s -p 5302 -i 0.1 >"$dir/server.json" 2>"$dir/said" 3>&- &
	attached=$!
	started+=("$attached")
	wait_until 20 listens 5302
	ip netns exec "$ns-c" iperf3 -c 10.77.0.1 -p 5302 -t 3 -b 1G >/dev/null
	wait "$attached" || { cat "$dir/said"; false; }
	cat "$dir/said"
	grep -q '^,rx,fact,attached,bytes,report of iperf3,' "$dir/s.csv"
	within "$(value "$dir/s.csv" rx path bytes)" "$(value "$dir/s.csv" rx path bytes_seen)" 10
	# It was idle for a while, in which it moved nothing.
	between 0.1 "$(value "$dir/s.csv" rx path reported)" 0.9
}

@test "dpdk-testpmd: bytes of its statistics are those of the device" {
	command -v dpdk-testpmd >/dev/null || skip "dpdk-testpmd is not installed (Debian: dpdk-dev)"
	export XDG_RUNTIME_DIR=$dir
	zcprof attach --collect cpu,syscalls,nic --seconds 4 --terminate --iface at1 --given "tx=dpdk udp=22" -o "$dir/pmd.csv" -- \
		ip netns exec "$ns-c" dpdk-testpmd --no-huge -m 256 --no-pci \
		--lcores '0,1@0' --file-prefix "zc$$" --vdev=net_af_packet0,iface=at1 -- \
		--forward-mode=txonly --total-num-mbufs=2048 >"$dir/pmd.out" 2>"$dir/said" || {
		cat "$dir/said"
		false
	}
	tail -n 4 "$dir/said"
	grep -q 'testpmd is started with --stats-period=1' "$dir/said"
	grep -q '^,tx,fact,attached,bytes,report of testpmd,' "$dir/pmd.csv"
	[ "$(value "$dir/pmd.csv" tx path bytes)" -gt 1000000 ]
	# Frames of 64 bytes, which is what it makes where nothing else is said. Both are of a part of its
	# seconds, so each is rounded by itself: to half a frame, and to half a byte.
	bytes=$(value "$dir/pmd.csv" tx path bytes)
	frames=$(value "$dir/pmd.csv" tx path datagrams)
	echo "$bytes bytes in $frames frames"
	between -33 $((bytes - 64 * frames)) 33
	zcroi table --rows tx --cols udp --value T "$dir/pmd.csv" >"$dir/table"
	grep 'udp=22' "$dir/table"
	grep '^dpdk ' "$dir/table"
	for wrong in "tx=dpdk,xsk" "tx!=dpdk" "speed=9" "udp=x" ""; do
		run zcprof attach --given "$wrong" --pid $$ -o "$dir/no.csv"
		echo "$output"
		[ "$status" -eq 2 ]
	done
	# Of the whole window it does not speak, and its rate is no steady one.
	within "$(value "$dir/pmd.csv" tx path bytes)" "$(value "$dir/pmd.csv" tx path bytes_seen)" 30
	# It sends by sendto() on its packet socket.
	[ "$(value "$dir/pmd.csv" tx syscalls calls sendto)" -gt 100 ]
	zcroi table "$dir/pmd.csv" | grep -q '^pmd '
	zcroi show syscalls "$dir/pmd.csv" | grep -q sendto
}

@test "a command that says nothing is measured as without; --adapter none leaves it alone" {
	zcprof attach --collect cpu -o "$dir/none.csv" --adapter none -- ip netns exec "$ns-c" \
		iperf3 -c 10.77.0.1 -t 2 -b 1G >"$dir/out" 2>"$dir/said"
	grep -q 'iperf Done' "$dir/out"
	grep -q '^,tx,fact,attached,bytes,tcp_info of its connections,' "$dir/none.csv"
	run ! grep -qE 'path,(reported|bytes_seen)' "$dir/none.csv"
	# netperf's words are not iperf3's.
	zcprof attach --collect cpu -o "$dir/not.csv" --adapter netperf -- ip netns exec "$ns-c" \
		iperf3 -c 10.77.0.1 -t 2 -b 1G >"$dir/out" 2>"$dir/said"
	cat "$dir/said"
	grep -q 'netperf did not say what it moved in the window: its throughput is taken from tcp_info' "$dir/said"
	grep -q '^,tx,fact,attached,bytes,tcp_info of its connections,' "$dir/not.csv"
	between 0.2 "$(rate "$dir/not.csv" tx)" 1.1
}
