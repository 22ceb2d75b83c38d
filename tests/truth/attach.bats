#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof attach: processes that it did not start, and commands, against what iperf3 says of itself.
#
# Alone: rates are those of iperf3 to 3 %.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run
load attach_pair

setup() {
	pair_up
}

teardown() {
	pair_down
}

@test "an iperf3 pair that was there before: as fast as it says itself, its calls, its functions" {
	# Small writes, so that samples fall into iperf3 itself and not by luck only.
	client -t 60 -b 2G -l 8K
	sleep 1.5
	# Often enough sampled that some samples are of iperf3's own functions.
	zcprof attach --exact --rx-pid "$server" --tx-pid "$client" --seconds 4 -o "$dir/pair.csv"
	client_says
	is_record "$dir/pair.csv"
	[ ! -e "$dir/pair.csv.part" ]
	theirs=$(iperf3_rate "$dir/client.json" -5 -1)
	within_3_percent "$(rate "$dir/pair.csv" rx)" "$theirs"
	within_3_percent "$(rate "$dir/pair.csv" tx)" "$theirs"
	# A write of it takes a block of 8 KiB at most, and those at the edges are not all inside.
	between 0.97 "$(awk -v calls="$(value "$dir/pair.csv" tx syscalls calls write)" \
		-v bytes="$(value "$dir/pair.csv" tx path bytes)" \
		'BEGIN { print calls * 8192 / bytes }')" 1.2
	[ "$(value "$dir/pair.csv" rx syscalls calls read)" -gt 1000 ]
	grep -q '^,tx,profile,symbol,task;libiperf.so' "$dir/pair.csv"
	grep -q '^tx;task;iperf3;.*iperf_' "$dir/pair.folded"
	[ "$(value "$dir/pair.csv" rx tcp mss 0)" -gt 500 ]
	grep -q "^,tx,fact,attached,pid,$client," "$dir/pair.csv"
	grep -q '^,tx,fact,attached,,iperf3 -c 10.77.0.1 -J' "$dir/pair.csv"
	grep -q '^,rx,fact,attached,bytes,tcp_info' "$dir/pair.csv"
	# What cannot be known is not there.
	run ! grep -qE 'bytes_life|bytes_zerocopy|bytes_copied' "$dir/pair.csv"
}

@test "zcroi reads the record as any other, and says what it cannot know" {
	client -t 60 -b 1G
	sleep 1
	zcprof attach --pid "$client" --seconds 1 --cpu 0-$(($(nproc) - 1)) -o "$dir/one.csv"
	zcroi check "$dir/one.csv"
	run -0 zcroi table "$dir/one.csv"
	echo "$output"
	[[ "$output" == *"attached: 1 run"* ]]
	grep -q '^one .* attached ' <<<"$output"
	between 0.9 "$(zcroi table --format json "$dir/one.csv" |
		python3 -c 'import json, sys
print(json.load(sys.stdin)["configurations"][0]["throughput_gbit_s"])')" 1.1
	zcroi show syscalls "$dir/one.csv" | grep -q write
	zcroi show components "$dir/one.csv"
}

@test "which end a process is, by what it moves; a device's bytes in place of its connections'" {
	client -t 60 -b 1G -R
	sleep 1
	zcprof attach --pid "$client" --seconds 1 --collect cpu -o "$dir/rx.csv"
	grep -q "^,rx,fact,attached,pid,$client," "$dir/rx.csv"
	zcprof attach --pid "$server" --seconds 1 --iface at0 --collect nic -o "$dir/tx.csv"
	grep -q '^,tx,fact,attached,bytes,"device at0, headers included"' "$dir/tx.csv"
	# The same bytes as the statistics of that device, but for the moments at the edges.
	between 0.97 "$(awk -v a="$(value "$dir/tx.csv" tx path bytes)" \
		-v b="$(value "$dir/tx.csv" tx nic statistic tx_bytes)" 'BEGIN { print a / b }')" 1.03
	zcroi check "$dir/rx.csv" "$dir/tx.csv"
	# That one has no facts of an end that only the other has is no difference between them.
	run -0 zcroi table "$dir/rx.csv" "$dir/tx.csv"
	[[ "$output" == *"attached: 2 runs"* ]]
	[[ "$output" != *"sysctl"*"not recorded"* ]]
}

@test "a command: its output untouched, its whole life, connections that end with it" {
	zcprof attach --exact -o "$dir/command.csv" -- ip netns exec "$ns-c" iperf3 -c 10.77.0.1 -t 8 -i 0.1 -b 2G -l 8K -J \
		>"$dir/client.json" 2>"$dir/said"
	cat "$dir/said"
	grep -q 'ip ended with exit code 0' "$dir/said"
	# Of the same window, by the kernel's count: --adapter none takes that one.
	within_3_percent "$(rate "$dir/command.csv" tx)" "$(awk \
		-v b="$(value "$dir/command.csv" tx path bytes_seen)" \
		-v ns="$(value "$dir/command.csv" tx path window_ns)" 'BEGIN { print 8 * b / ns }')"
	between 1e9 "$(value "$dir/command.csv" tx path window_ns)" 8.5e9
	grep -q '^tx;task;iperf3;.*iperf_' "$dir/command.folded"
	zcroi check "$dir/command.csv"
	zcroi table "$dir/command.csv"
}
