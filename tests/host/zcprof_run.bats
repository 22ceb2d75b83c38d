#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Experiments with the real zcpath, and their records against what can be seen by other means.

load zcprof_run

setup() {
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR/out
	# Of this test alone, so that tests beside it on this machine do no harm.
	ns=zct$$
}

teardown() {
	[ -z "$burner" ] || kill "$burner"
	for n in rx tx; do
		ip netns del "$ns$n" 2>/dev/null || :
	done
}

# Two named namespaces, 10.78.0.1 on rx0 in the first and 10.78.0.2 on tx0 in the second.
make_namespaces() {
	ip netns add "${ns}rx"
	ip netns add "${ns}tx"
	ip -n "${ns}rx" link add name rx0 type veth peer name tx0 netns "${ns}tx"
	ip -n "${ns}rx" address add 10.78.0.1/24 dev rx0
	ip -n "${ns}tx" address add 10.78.0.2/24 dev tx0
	for n in rx tx; do
		ip -n "$ns$n" link set "${n}0" up
		ip -n "$ns$n" link set lo up
	done
}

device_counter() {
	ip netns exec "$ns$1" cat "/sys/class/net/${1}0/statistics/$2"
}

@test "two configurations, two repeats, over a link of its own" {
	as_root
	two_cpus
	before=$(ip -o link | wc -l)
	run zcprof run --read 64K,256K --rx-cpu 0 --tx-cpu 1 --cc cubic --seconds 1 --warmup 0.2 \
		--repeat 2 -o "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(find "$dir" -name '*.csv' | wc -l)" -eq 4 ]
	[ "$(find "$dir" -name '*.part' | wc -l)" -eq 0 ]
	[ "$(ip -o link | wc -l)" -eq "$before" ]
	for file in "$dir"/rx=copy,tx=copy,read=*/run-[12].csv; do
		is_record "$file"
		[ "$(value "$file" rx path bytes_life)" = "$(value "$file" tx path bytes_life)" ]
		[ "$(value "$file" rx fact end_cpus)" = 0 ]
		[ "$(value "$file" tx fact end_cpus)" = 1 ]
		[ "$(value "$file" rx fact nic mtu)" = 4148 ]
		[ "$(value "$file" rx fact nic driver)" = veth ]
		[ "$(value "$file" host fact link)" = veth ]
		[ "$(value "$file" tx fact option cc)" = cubic ]
	done
	[ "$(value "$dir/rx=copy,tx=copy,read=64K/run-2.csv" rx fact option read)" = 64K ]
	[ "$(value "$dir/rx=copy,tx=copy,read=64K/run-2.csv" host fact repeat)" = 2 ]

	# Nothing is left to do for the same command, and other options are refused.
	run zcprof run --read 64K,256K --rx-cpu 0 --tx-cpu 1 --cc cubic --seconds 1 --warmup 0.2 \
		--repeat 2 -o "$dir"
	[ "$status" -eq 0 ]
	[[ "$output" == *"4 of 4 runs are in"* ]]
	run zcprof run --read 64K,128K --rx-cpu 0 --tx-cpu 1 --cc cubic --seconds 1 --warmup 0.2 \
		--repeat 2 -o "$dir"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"holds another experiment"*"read 64K,128K"* ]]
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
		# C is the same time again, as a share.
		busy=0
		for state in user system irq softirq; do
			busy=$((busy + $(sum "$file" $end cpu $state)))
		done
		between "$((busy * 100 / window - 7))" "$(value "$file" $end cpu busy)" \
			"$((busy * 100 / window + 7))"
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

@test "loss is seen as retransmits" {
	as_root
	make_namespaces
	ip netns exec "${ns}tx" tc qdisc add dev tx0 root netem loss 1% 2>/dev/null ||
		skip "this kernel has no netem (CONFIG_NET_SCH_NETEM)"
	zcprof run --link "netns:${ns}rx,${ns}tx" --cc cubic --seconds 2 --repeat 1 -o "$dir"
	[ "$(value "$dir/rx=copy,tx=copy/run-1.csv" tx tcp retransmits 0)" -gt 0 ]
}

@test "over loopback both ends share a device" {
	zcprof run --link loopback --seconds 1 --warmup 0.2 --repeat 1 -o "$dir"
	file="$dir/rx=copy,tx=copy/run-1.csv"
	is_record "$file"
	[ "$(value "$file" host fact link)" = loopback ]
	between "$(value "$file" rx path bytes)" \
		"$(($(value "$file" host nic statistic rx_bytes) * 12 / 10))" 1000000000000000
}

@test "over IPv6" {
	as_root
	zcprof run --ipv6 --seconds 1 --warmup 0.2 --repeat 1 -o "$dir"
	[ "$(value "$dir/rx=copy,tx=copy/run-1.csv" rx path bytes)" -gt 0 ]
	[ "$(value "$dir/rx=copy,tx=copy/run-1.csv" tx tcp mss 0)" -eq 4076 ]
}

@test "an end on another host is reached by a command" {
	as_root
	make_namespaces
	# The name of the namespace stands for a host, and ip for ssh.
	ip netns exec "${ns}tx" zcprof run --link tx0 --rx-host "${ns}rx" --address 10.78.0.1 \
		--ssh "ip netns exec" --zcpath "$BUILD/zcpath" --tx-cpu 0 --seconds 1 --warmup 0.2 \
		--repeat 1 -o "$dir"
	file="$dir/rx=copy,tx=copy/run-1.csv"
	[ "$(value "$file" rx path bytes_life)" = "$(value "$file" tx path bytes_life)" ]
	[ "$(value "$file" rx fact link host)" = "${ns}rx" ]
	[ "$(value "$file" tx fact link device)" = tx0 ]
	# Nothing of that host is measured from here, and nothing is claimed of it.
	[ "$(sum "$file" rx cpu thread)" -eq 0 ]
	run value "$file" rx cpu busy
	[ "$status" -ne 0 ]
}

@test "both ends on other hosts" {
	as_root
	make_namespaces
	zcprof run --link far --rx-host "${ns}rx" --tx-host "${ns}tx" --address 10.78.0.1 \
		--ssh "ip netns exec" --zcpath "$BUILD/zcpath" --seconds 1 --warmup 0.2 --repeat 1 -o "$dir"
	file="$dir/rx=copy,tx=copy/run-1.csv"
	[ "$(value "$file" rx path bytes_life)" = "$(value "$file" tx path bytes_life)" ]
	[[ "$(value "$file" host collector absent tcp)" == *"not on this machine"* ]]
	[[ "$(value "$file" host collector absent nic)" == *"no device of this machine"* ]]
	[[ "$(value "$file" host collector absent power)" == *"both ends run on other machines"* ]]
}

@test "control runs have no collectors but cpu, and say so" {
	as_root
	zcprof run --control --seconds 1 --warmup 0.1 --repeat 1 -o "$dir"
	[ "$(find "$dir" -name 'control-1.csv' | wc -l)" -eq 1 ]
	file="$dir/rx=copy,tx=copy/control-1.csv"
	[ "$(value "$file" host fact option control)" = yes ]
	[ "$(value "$dir/rx=copy,tx=copy/run-1.csv" host fact option control)" = no ]
	value "$file" host cpu busy
	[ "$(value "$file" host collector absent nic)" = "this is a control run" ]
	run value "$file" rx nic statistic rx_bytes
	[ "$status" -ne 0 ]
}

@test "collectors can be chosen" {
	as_root
	zcprof run --collect cpu,nic --seconds 1 --warmup 0.1 --repeat 1 -o "$dir/only"
	zcprof run --no-collect cpu,nic --seconds 1 --warmup 0.1 --repeat 1 -o "$dir/not"
	only="$dir/only/rx=copy,tx=copy/run-1.csv"
	not="$dir/not/rx=copy,tx=copy/run-1.csv"
	value "$only" rx nic statistic rx_bytes
	[ "$(value "$only" host collector absent tcp)" = "not asked for" ]
	value "$not" rx tcp rtt 0
	[ "$(value "$not" host collector absent cpu)" = "not asked for" ]
	run zcprof run --collect cpu,cqu -o "$dir/none"
	[ "$status" -eq 2 ]
	[ ! -e "$dir/none" ]
}

@test "the order follows the seed, and a plan file says the same as options" {
	printf 'read 4K,64K,256K # sizes\nseed 5\nrepeat 3\n' >"$BATS_TEST_TMPDIR/plan"
	a=$(zcprof run --read 4K,64K,256K --seed 5 --repeat 3 --dry-run)
	b=$(zcprof run "@$BATS_TEST_TMPDIR/plan" --dry-run)
	c=$(zcprof run "@$BATS_TEST_TMPDIR/plan" --dry-run --seed 6)
	[ "$a" = "$b" ]
	[ "$a" != "$c" ]
	[ "$(grep -c '^# ' <<<"$a")" -eq 9 ]
	# What it prints is a plan file again.
	echo "$a" >"$BATS_TEST_TMPDIR/again"
	[ "$(zcprof run "@$BATS_TEST_TMPDIR/again" --dry-run)" = "$a" ]
}

@test "an experiment's plan does it again" {
	as_root
	export FAKE_GATE=$BATS_TEST_TMPDIR/gate
	zcprof run --zcpath tests/fixtures/zcpath-fake --read 4K,8K --seconds 0.1 --warmup 0 --repeat 2 \
		--seed 3 -o "$dir"
	zcprof run --zcpath tests/fixtures/zcpath-fake "@$dir/plan" -o "$dir.again"
	diff <(grep -v '^#' "$dir/plan") <(grep -v '^#' "$dir.again/plan")
	order() {
		for file in "$1"/*/run-*.csv; do
			echo "$(value "$file" host fact order) ${file#"$1"}"
		done | sort -n
	}
	diff <(order "$dir") <(order "$dir.again")
}

@test "help shows examples and only commands that there are" {
	run zcprof --help
	[ "$status" -eq 0 ]
	[[ "$output" == *"Examples:"* ]]
	for command in $(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' <<<"$output"); do
		zcprof "$command" --help >/dev/null
	done
	run zcprof run --help
	[[ "$output" == *"Examples:"*"--rx copy"* ]]
	[ "$(zcprof --version)" = "zcprof $(cat VERSION)" ]
	run zcprof
	[ "$status" -eq 2 ]
	run zcprof walk
	[ "$status" -eq 2 ]
	run zcprof run --raed 4K
	[ "$status" -eq 2 ]
}
