#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Experiments with the real zcpath: what zcprof run does, and leaves.

load zcprof_run

setup() {
	port=$(free_port)
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR/out
	# Of this test alone, so that tests beside it on this machine do no harm.
	ns=zct$$
}

teardown() {
	remove_namespaces
}

@test "whoever starts it may have ignored that children end" {
	as_root
	# Python has what is ignored stay so, and a shell may not.
	run python3 -c 'import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execvp("zcprof", sys.argv[1:])' \
		zcprof run --seconds 0.3 --warmup 0.1 --repeat 1 --collect cpu -o "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	is_record "$dir"/*/run-1.csv
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
	[[ "$output" == *"was made with \"read 64K,256K\", and 256K is not asked for now: give another directory with -o"* ]]
}

@test "how fast the machine was just before a run, and what built its kernel, is in its record" {
	zcprof run --link loopback --port "$port" --seconds 0.5 --warmup 0.1 --repeat 1 --collect cpu -o "$dir"
	record=$(ls "$dir"/*/run-1.csv)
	[ "$(grep -c '^,host,calibration,\(syscall\|copy\|wakeup\),,[1-9][0-9.]*,' "$record")" -eq 3 ]
	# A system call takes more than reading a register and less than a disk.
	awk -F, '$3 == "calibration" && $4 == "syscall" { exit !($6 > 10 && $6 < 100000) }' "$record"
	# And what built its kernel, as that says itself.
	compiler=$(awk -F, '$3 == "fact" && $4 == "kernel" && $5 == "compiler" { print $6 }' "$record")
	[ -n "$compiler" ]
	grep -qF "($compiler," /proc/version
}

@test "--against measures an earlier configuration again, in the same rounds" {
	zcprof run --link loopback --port "$port" --read 32K --cc cubic --seconds 0.2 --warmup 0.1 --collect cpu --repeat 2 \
		-o "$dir.then"
	zcprof run --link loopback --port "$port" --read 256K --seconds 0.2 --warmup 0.1 --collect cpu --repeat 2 \
		--against "$dir.then" -o "$dir"
	again="$dir/again,rx=copy,tx=copy"
	[ "$(value "$again/run-2.csv" rx fact option read)" = 32K ]
	[ "$(value "$again/run-2.csv" tx fact option cc)" = cubic ]
	[ "$(value "$again/run-2.csv" host fact option against)" = "$dir.then" ]
	[ "$(value "$dir/rx=copy,tx=copy/run-2.csv" rx fact option read)" = 256K ]
	run "$BUILD/zcroi" diff "$again" "$dir/rx=copy,tx=copy"
	[[ $output == *"side by side in 2 rounds of one experiment"* ]]
	[[ $output != *"--against"* ]]
	# Nothing but time parts it from what it was.
	run "$BUILD/zcroi" diff "$dir.then" "$again"
	[[ $output == *"setting    none that is recorded differs"* ]]
	run zcprof run --against "$BATS_TEST_TMPDIR/none" -o "$dir.x"
	[ "$status" -eq 1 ]
	[[ $output == *"it holds no finished run"* ]]
}

@test "--until goes on until throughput is known so well, or says that it gave up" {
	# Paced flows are steady on a busy machine too.
	steady=(--link loopback --port "$port" --pacing 200M --seconds 0.3 --warmup 0.2 --collect cpu)
	run zcprof run "${steady[@]}" --until 20% --repeat 15 -o "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"rounds throughput is known to ±"*" %, as asked for"* ]]
	runs=$(find "$dir" -name 'run-*.csv' | wc -l)
	[ "$runs" -ge 5 ] && [ "$runs" -lt 15 ] || false
	# The same again has nothing to do.
	run zcprof run "${steady[@]}" --until 20% --repeat 15 -o "$dir"
	[ "$(find "$dir" -name 'run-*.csv' | wc -l)" -eq "$runs" ]
	run zcprof run --link loopback --port "$port" --seconds 0.1 --warmup 0.05 --collect cpu --until 0.1% --repeat 5 \
		-o "$dir.never"
	[ "$status" -eq 0 ]
	[[ $output == *"gave up after 5 rounds: throughput is known to ±"*", and ±0.1 % was asked for"* ]]
	run zcprof run --until 0
	[ "$status" -eq 2 ]
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
	zcprof run --link loopback --port "$port" --seconds 1 --warmup 0.2 --repeat 1 -o "$dir"
	file="$dir/rx=copy,tx=copy/run-1.csv"
	is_record "$file"
	[ "$(value "$file" host fact link)" = loopback ]
	between "$(value "$file" rx path bytes)" \
		"$(($(value "$file" host nic statistic rx_bytes) * 12 / 10))" 1000000000000000
}

@test "connections of others that use the same port are no flows of the run" {
	python3 - "$port" <<-'END' 3>&- &
		import socket, sys, time
		port = int(sys.argv[1]) + 1
		listener = socket.create_server(("127.0.0.77", port))
		held = []
		while True:
		    held.append((socket.create_connection(("127.0.0.77", port), 5), listener.accept()[0]))
		    # Some are always there, and each ends inside the window.
		    if len(held) > 10:
		        for end in held.pop(0):
		            end.close()
		    time.sleep(0.05)
	END
	other=$!
	zcprof run --link loopback --port "$port" --collect tcp,cpu --seconds 2 --warmup 0.2 --repeat 1 -o "$dir"
	kill "$other"
	file="$dir/rx=copy,tx=copy/run-1.csv"
	is_record "$file"
	[ "$(value "$file" tx tcp mss 0)" -gt 0 ]
	[ "$(grep -cE '^,[rt]x,tcp,mss,' "$file")" -eq 2 ]
	[ "$(grep -cE '^,[rt]x,tcp,lost|absent,tcp' "$file")" -eq 0 ]
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
	# Its agent measures there, and each machine speaks of its own end.
	[ "$(value "$file" rx fact link device)" = rx0 ]
	[ "$(sum "$file" rx cpu thread)" -gt 0 ]
	between 1 "$(value "$file" rx cpu busy)" 100000
	[ "$(value "$file" rx-host fact kernel)" = "$(value "$file" tx-host fact kernel)" ]
	[ "$(grep -c '^,host,collector' "$file")" -eq 0 ]
	value "$file" rx-host collector means cpu
	value "$file" rx-host window later open
}

@test "both ends on other hosts" {
	as_root
	make_namespaces
	zcprof run --link far --rx-host "${ns}rx" --tx-host "${ns}tx" --address 10.78.0.1 \
		--ssh "ip netns exec" --zcpath "$BUILD/zcpath" --seconds 1 --warmup 0.2 --repeat 1 -o "$dir"
	file="$dir/rx=copy,tx=copy/run-1.csv"
	[ "$(value "$file" rx path bytes_life)" = "$(value "$file" tx path bytes_life)" ]
	for end in rx tx; do
		[ "$(value "$file" "$end" fact link device)" = "${end}0" ]
		[ "$(sum "$file" "$end" tcp mss)" -gt 0 ]
		value "$file" "$end-host" fact kernel
		value "$file" "$end-host" window later open
	done
	[ "$(grep -c '^,host,collector' "$file")" -eq 0 ]
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
	[ "$(grep -c '^# ' <<<"$a")" -eq 10 ]
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
	zcprof --version | head -n 1 | grep -x "zcprof $(cat VERSION)"
	zcprof --version | grep '^built with .*libbpf [0-9]'
	zcprof --version | grep '^sources: cpu .*selfcost'
	run zcprof
	[ "$status" -eq 2 ]
	run zcprof walk
	[ "$status" -eq 2 ]
	run zcprof run --raed 4K
	[ "$status" -eq 2 ]
}

@test "what an end says of its options is said of those that were typed" {
	run zcprof run --rx cpoy -o "$dir"
	[ "$status" -eq 2 ]
	[[ $output == *"--rx cpoy: 'zcpath rx' has no such path"* ]]
	run zcprof run --tx sned --rx-cpu 0 -o "$dir"
	[[ $output == *"--tx sned: 'zcpath tx' has no such path"* ]]
	run zcprof run --rx-cpu 9999 --link loopback -o "$dir"
	[[ $output == *": --rx-cpu"* && $output != *": --cpu"* ]]
	run zcprof run --cpu 9999 --link loopback -o "$dir"
	[[ $output == *": --cpu"* ]]
	run zcprof run --rx copy,cpoy --link loopback --port "$port" --seconds 0.1 --warmup 0 --repeat 1 --collect cpu -o "$dir"
	[ "$status" -eq 0 ]
	grep -q ',rx,fact,refused,cannot,"\{0,1\}option --rx cpoy: ' "$dir/refused/rx=cpoy,tx=copy.csv"
}
