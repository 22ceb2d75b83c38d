#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The record of an experiment against what can be seen of it by other means.
#
# Alone: a run is compared with the machine's own counters.

load ../host/zcprof_run

setup() {
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR/out
	# Of this test alone, so that tests beside it on this machine do no harm.
	ns=zct$$
}

teardown() {
	[ -z "$burner" ] || kill "$burner"
	remove_namespaces
}

device_counter() {
	ip netns exec "$ns$1" cat "/sys/class/net/${1}0/statistics/$2"
}

@test "figures of the CPUs, threads, connections and softirqs of a run agree" {
	as_root
	two_cpus
	zcprof run --rx-cpu 0 --tx-cpu 1 --cc cubic --seconds 2 --repeat 1 -o "$dir"
	file="$dir/rx=copy,tx=copy/run-1.csv"
	window=$(value "$file" rx path window_ns)
	bytes=$(value "$file" rx path bytes)
	between 1990000000 "$window" 2300000000

	# Each CPU's times fill the window, within ticks and the edges; of a virtual CPU that was not
	# let run, a kernel that counts ticks loses some.
	for end in rx tx; do
		all=0
		for state in user system irq softirq iowait idle steal; do
			all=$((all + $(value "$file" $end cpu $state "$([ $end = tx ] && echo 1 || echo 0)")))
		done
		virtual=$(grep -qw hypervisor /proc/cpuinfo && echo 1 || echo 0)
		between "$((virtual ? window / 2 : window - 120000000))" "$all" "$((window + 120000000))"
		# C is what was neither idle nor stolen, as a share.
		awake=$window
		for state in idle iowait steal; do
			awake=$((awake - $(sum "$file" $end cpu $state)))
		done
		between "$((awake * 100 / window - 7))" "$(value "$file" $end cpu busy)" \
			"$((awake * 100 / window + 7))"
		# A thread has no more time than its CPU.
		[ "$(sum "$file" $end cpu thread)" -le $((window + 50000000)) ]
		[ "$(sum "$file" $end cpu thread "$end-copy-0/[0-9]+")" -gt $((window / 20)) ]
	done

	# Segments of 4096 bytes: at both ends, and what arrived is what was counted.
	[ "$(value "$file" tx tcp mss 0)" -eq 4096 ]
	between "$((bytes / 4096 * 9 / 10))" "$(value "$file" tx tcp segments_out 0)" \
		"$((bytes / 4096 * 11 / 10))"
	between "$((bytes / 4096 * 9 / 10))" "$(value "$file" rx tcp segments_in 0)" \
		"$((bytes / 4096 * 11 / 10))"
	# Bytes with headers, on both devices: 52 of each 4148, give or take segmentation offload.
	for counter in "rx rx_bytes" "tx tx_bytes"; do
		between "$((bytes / 100 * 97))" "$(value "$file" ${counter% *} nic statistic ${counter#* })" \
			"$((bytes / 100 * 106))"
	done
	# veth's packets are processed on the CPU that sent them; other traffic may come on top.
	processed=$(($(sum "$file" rx softnet processed) + $(sum "$file" tx softnet processed)))
	packets=$(($(value "$file" rx nic statistic rx_packets) + $(value "$file" tx nic statistic rx_packets)))
	[ "$processed" -ge $((packets * 9 / 10)) ]
	[ "$(value "$file" host selfcost edge_spread open)" -gt 0 ]
	# What was scaled up from slices says how far off it may be; only of one slice that is not known.
	if [ "$(value "$file" host collector slices selfcost)" -gt 1 ]; then
		error=$(value "$file" host collector error selfcost/bpf_run/syscalls_in)
		echo "selfcost/bpf_run/syscalls_in is off by $error of itself"
		awk -v e="$error" 'BEGIN { exit !(e > 0 && e < 2) }'
	fi
	[ "$(value "$file" host collector error selfcost/cpu)" = 0 ]
}

@test "device counters are what the device shows, and bytes with headers" {
	as_root
	make_namespaces
	rx_before=$(device_counter rx rx_bytes)
	tx_before=$(device_counter tx tx_bytes)
	packets_before=$(device_counter rx rx_packets)
	zcprof run --link "netns:${ns}rx,${ns}tx" --bytes 512M --repeat 1 -o "$dir"
	rx=$(($(device_counter rx rx_bytes) - rx_before))
	tx=$(($(device_counter tx tx_bytes) - tx_before))
	packets=$(($(device_counter rx rx_packets) - packets_before))
	file="$dir/rx=copy,tx=copy/run-1.csv"
	[ "$(value "$file" rx path bytes)" -eq 536870912 ]
	# By hand it is the control connection and the handshakes more: a few KB.
	between "$((rx - 20000))" "$(value "$file" rx nic statistic rx_bytes)" "$rx"
	between "$((tx - 20000))" "$(value "$file" tx nic statistic tx_bytes)" "$tx"
	between "$((packets - 100))" "$(value "$file" rx nic statistic rx_packets)" "$packets"
	# One header of 66 bytes per packet on the wire, which may hold up to 64 KB.
	between 536870912 "$(value "$file" rx nic statistic rx_bytes)" $((536870912 / 100 * 106))
	# The segments of all of it, where the connection was still there to be asked.
	if segments=$(value "$file" tx tcp segments_out 0); then
		least=$((536870912 / $(value "$file" tx tcp mss 0)))
		again=$(value "$file" tx tcp retransmits 0)
		between "$least" "$segments" "$((least * 102 / 100 + again))"
	else
		[[ "$(value "$file" tx collector absent tcp)" == *"closed at an edge"* ]]
	fi
	[ "$(value "$file" rx fact link device)" = rx0 ]
	[ "$(value "$file" tx fact link device)" = tx0 ]
	# The namespaces were not zcprof's, and are still there.
	ip -n "${ns}rx" link show rx0
}

# As work by packets comes: of its ticks a CPU may be billed for a few, and is awake for no less than its threads ran.
@test "work in bursts that are shorter than a tick is in C" {
	as_root
	two_cpus
	zcprof run --rx copy --tx copy --rpc 64:64 --rate 20000 --rx-cpu 0 --tx-cpu 1 --seconds 2 --warmup 0.3 --repeat 1 --collect cpu -o "$dir/bursts"
	file="$dir/bursts/rx=copy,tx=copy/run-1.csv"
	window=$(value "$file" rx path window_ns)
	for end in rx tx; do
		ran=$(($(sum "$file" $end cpu thread) * 100 / window))
		echo "$end: by the scheduler $ran %, C $(value "$file" $end cpu busy)"
		between "$((ran - 5))" "$(value "$file" $end cpu busy)" 101
	done
}

@test "a busy CPU is seen as busy, and belongs to whoever was placed on it" {
	as_root
	two_cpus
	export FAKE_GATE=$BATS_TEST_TMPDIR/gate
	# Without bats' own descriptors, so that bats does not wait for it.
	taskset -c 1 sh -c 'while :; do :; done' 3>&- 4>&- >/dev/null 2>&1 &
	burner=$!
	zcprof run --zcpath tests/fixtures/zcpath-fake --rx-cpu 0 --tx-cpu 1 --seconds 1 --warmup 0 \
		--repeat 1 -o "$dir/placed"
	zcprof run --zcpath tests/fixtures/zcpath-fake --rx-cpu 0 --tx-cpu 0 --seconds 1 --warmup 0 \
		--repeat 1 -o "$dir/shared"
	zcprof run --zcpath tests/fixtures/zcpath-fake --seconds 1 --warmup 0 --repeat 1 -o "$dir/any"
	kill "$burner"
	burner=
	between 60 "$(value "$dir/placed/rx=copy,tx=copy/run-1.csv" tx cpu busy)" 105
	# On CPU 1 is no end any more: it is a bystander's; CPU 0 is both ends'.
	between 60 "$(value "$dir/shared/rx=copy,tx=copy/run-1.csv" host cpu elsewhere)" 105
	value "$dir/shared/rx=copy,tx=copy/run-1.csv" host cpu busy
	run value "$dir/shared/rx=copy,tx=copy/run-1.csv" tx cpu busy
	[ "$status" -ne 0 ]
	# Not placed, an end may be anywhere: every CPU counts, and none is elsewhere.
	between 60 "$(value "$dir/any/rx=copy,tx=copy/run-1.csv" host cpu busy)" 205
	run value "$dir/any/rx=copy,tx=copy/run-1.csv" host cpu elsewhere
	[ "$status" -ne 0 ]
}

@test "the time of an end's process is billed to its thread" {
	as_root
	export FAKE_GATE=$BATS_TEST_TMPDIR/gate FAKE=burn
	zcprof run --zcpath tests/fixtures/zcpath-fake --seconds 1 --warmup 0 --repeat 1 -o "$dir"
	file="$dir/rx=copy,tx=copy/run-1.csv"
	# It burns all the while; the machine may be busy with others.
	between 300000000 "$(sum "$file" rx cpu thread "zcpath-fake/[0-9]+")" 1150000000
	between 0 "$(sum "$file" tx cpu thread "zcpath-fake/[0-9]+")" 200000000
}

@test "flows are numbered alike at both ends" {
	as_root
	zcprof run --flows 3 --seconds 1 --warmup 0.2 --repeat 1 -o "$dir"
	file="$dir/rx=copy,tx=copy/run-1.csv"
	for flow in 0 1 2; do
		# zcpath counts bytes per flow; the kernel's segments of that flow carry them.
		bytes=$(value "$file" tx path flow_bytes $flow)
		segments=$(value "$file" tx tcp segments_out $flow)
		between "$((bytes / 4096 * 7 / 10))" "$segments" "$((bytes / 4096 * 13 / 10 + 100))"
		between "$((segments * 7 / 10))" "$(value "$file" rx tcp segments_in $flow)" \
			"$((segments * 13 / 10 + 100))"
	done
}
