#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcroi diff on records with known figures: what differs, and what is claimed of it.

bats_require_minimum_version 1.5.0
load zcroi

@test "diff: what measuring cost is said, and never named as the cause" {
	for i in 1 2 3 4 5; do
		synthetic "$dir/a/run-$i.csv" repeat=$i read=4K crx=150 \
			components="task/tracing=800000000$i task/skb=500000000$i"
		synthetic "$dir/b/run-$i.csv" repeat=$i read=256K \
			components="task/tracing=100000000$i task/skb=100000000$i"
	done
	run "$zcroi" diff "$dir/a" "$dir/b"
	[ "$status" -eq 0 ]
	[[ $output == *"cost       rx task/skb:"* ]]
	[[ $output == *"measuring  rx task/tracing: -140.0 ns/KB of the change"* ]]
}

@test "diff: of two experiments that differ in --read, the cause is among the first lines" {
	read_size "$dir/a" 4K 20 3000000000 6100000 900 0
	read_size "$dir/b" 256K 40 20000000 190000 3000 1
	run "$zcroi" diff "$dir/a" "$dir/b"
	[ "$status" -eq 0 ]
	printf '%s\n' "${lines[@]:0:15}"
	[[ ${lines[2]} == "setting    rx --read: 4K in A, 256K in B" ]]
	first=$(printf '%s\n' "${lines[@]:0:15}")
	[[ $first == *"result     throughput: 20.30 to 40.30 Gbit/s"*": better"* ]]
	[[ $first == *"cost       rx task/syscall_entry: "*": better"* ]]
	[[ $first == *"call       rx recv calls: "*" /GB"*": better"* ]]
	[[ $first == *"call       rx recv time: "*" ns/call"*": worse"* ]]
	[[ $first == *"one after the other"* ]]
	# The ledger subtracts: the components' changes add up to that of the total.
	run --separate-stderr "$zcroi" diff --format json "$dir/a" "$dir/b"
	[ "$(echo "$output" | json 'abs(sum(r["change_ns_per_kb"] for r in page["cost"] if "/" in r["figure"])
		- [r for r in page["cost"] if r["figure"] == "total"][0]["change_ns_per_kb"]) < 0.1')" = True ]
	# 2 of 252 splits part 5 and 5 wholly.
	[ "$(echo "$output" | json '[round(r["p_permutation"] * 252) for r in page["result"] if r["figure"] == "throughput"]')" = "[2]" ]
}

@test "diff: calls and the time of one share the change in time between them" {
	read_size "$dir/a" 4K 20 3000000000 6100000 900 0
	read_size "$dir/b" 256K 40 20000000 190000 3000 1
	run --separate-stderr "$zcroi" diff --format json "$dir/a" "$dir/b"
	[ "$(echo "$output" | json '(lambda n, t: abs(n["change_ns_per_kb"] + t["change_ns_per_kb"]
		- (n["b"] * t["b"] - n["a"] * t["a"]) * 1e-6) < 1e-9)(
		*[[r for r in page["syscalls"] if r["figure"] == f][0] for f in ("recv calls", "recv time")])')" = True ]
}

@test "diff: what was measured and did not occur is a zero, what was not measured is not" {
	for i in 1 2 3 4 5; do
		synthetic "$dir/a/run-$i.csv" repeat=$i read=4K crx=150 components="task/locks=80000000$i task/skb=500000000" rtt=5$i
		synthetic "$dir/b/run-$i.csv" repeat=$i components="task/skb=500000000"
	done
	run "$zcroi" diff "$dir/a" "$dir/b"
	echo "$output"
	[[ $(flat) == *" task/locks rx 16.00 0 -16.00 "*" 0 better "* ]]
	[[ $(flat) == *" rtt tx us 52.98 not measured - inconclusive "* ]]
}

@test "diff: Welch's ratio and interval" {
	read_size "$dir/a" 4K 20 3000000000 6100000 900 0
	read_size "$dir/b" 256K 40 20000000 190000 3000 1
	want=$(awk 'BEGIN {
		for (i = 1; i <= 5; i++) { a[i] = log(20 + i / 10); b[i] = log(40 + i / 10); ma += a[i] / 5; mb += b[i] / 5 }
		for (i = 1; i <= 5; i++) { va += (a[i] - ma)^2 / 20; vb += (b[i] - mb)^2 / 20 }
		printf "%.6f %.3f", exp(mb - ma), (va + vb)^2 / (va^2 / 4 + vb^2 / 4) }')
	got=$("$zcroi" diff --format json "$dir/a" "$dir/b" |
		json '"%.6f" % [r["ratio"] for r in page["result"] if r["figure"] == "throughput"][0]')
	[ "$got" = "${want% *}" ]
}

@test "diff: of two equal experiments nothing is claimed" {
	read_size "$dir/a" 256K 40 20000000 190000 3000 0
	read_size "$dir/b" 256K 40 20000000 190000 3000 1
	run "$zcroi" diff "$dir/a" "$dir/b"
	[ "$status" -eq 0 ]
	[[ $output == *"setting    none that is recorded differs"* ]]
	grep -qw equivalent <<<"$output"
	run ! grep -wE "better|worse|higher|lower" <<<"$output"
}

# $1: directory, $2: day, then Gbit/s of each run
ran() {
	local to=$1 day=$2 i=0 gbit
	shift 2
	for gbit; do
		i=$((i + 1))
		synthetic "$to/one/run-$i.csv" repeat=$i gbit="$gbit" started="2025-03-1${day}T10:0$i:00.000Z"
	done
}

@test "diff: what only time parts is claimed where it lies beyond the machine's drift" {
	ran "$dir/a" 0 40.1 40.5 39.8 40.4 40.2
	ran "$dir/b" 1 20.2 20.5 19.9 20.1 20.4
	run "$zcroi" diff "$dir/a" "$dir/b"
	[[ $(flat) == *"result throughput: 40.20 to 20.22 Gbit/s, x 0.503 (95 %: "*", with this machine's drift of ±"*" %): worse"* ]]
	[[ $(flat) == *"nothing that is recorded differs"* ]]
}

@test "diff: one after the other on a machine that wanders, a shift of its own size is not claimed" {
	ran "$dir/a" 0 40 42 47 52 50
	ran "$dir/b" 1 36 33 30 33 29
	run "$zcroi" diff "$dir/a" "$dir/b"
	[[ $(flat) == *"throughput: "*": inconclusive"* ]]
	run ! grep -wE "better|worse|higher|lower" <<<"$output"
	# It says how it could be found.
	"$zcroi" diff "$dir/a" "$dir/b" | tr -s '\n ' '  ' | grep -q "No number of runs would make the x 0.* sure, but interleaved runs of both"
}

@test "diff: what the machine's calibration says is in the interval, and said" {
	ran "$dir/a" 0 40.1 40.5 39.8 40.4 40.2
	ran "$dir/b" 1 30.1 30.5 29.8 30.4 30.2
	run "$zcroi" diff "$dir/a" "$dir/b"
	[[ $(flat) == *"throughput: "*": worse"* ]]
	# A system call took a third longer before the runs of B: then so much is the machine's.
	for i in 1 2 3 4 5; do
		echo ",host,calibration,syscall,,10$i,ns" >>"$dir/a/one/run-$i.csv"
		echo ",host,calibration,syscall,,13$i,ns" >>"$dir/b/one/run-$i.csv"
	done
	run "$zcroi" diff "$dir/a" "$dir/b"
	[[ $(flat) == *"the time of a system call had moved by 29 %"* ]]
	[[ $(flat) == *"throughput: "*" drift of ±29 %): inconclusive"* ]]
}

@test "diff: runs of one experiment are compared round by round" {
	# The machine wanders by a factor of two, and B is a tenth slower in every round.
	t=(20 25 32 40 28)
	for i in 1 2 3 4 5; do
		a=${t[i - 1]}
		synthetic "$dir/out/a/run-$i.csv" configuration=a repeat=$i seed=7 order=$((2 * i)) gbit="$a"
		synthetic "$dir/out/b/run-$i.csv" configuration=b repeat=$i seed=7 order=$((2 * i - 1)) \
			gbit="$(awk -v a="$a" -v i="$i" 'BEGIN { print a * (0.9 + i / 1000) }')"
	done
	run "$zcroi" diff "$dir/out/a" "$dir/out/b"
	[[ $(flat) == *"throughput: "*", x 0.903 (95 %: 0.901..0.905): worse"* ]]
	[[ $(flat) == *"side by side in 5 rounds of one experiment"* ]]
	# The table has the same rule.
	run "$zcroi" table --sort throughput "$dir/out"
	[[ $(flat) == *"Best by throughput: a, "*" +10.7 % (95 %: +10.5..+11.0 %) against the next, b: better."* ]]
	# Of another experiment they are not rounds, though the seed is the same.
	mkdir "$dir/other"
	mv "$dir/out/b" "$dir/other"
	run "$zcroi" diff "$dir/out/a" "$dir/other/b"
	[[ $(flat) == *"throughput: "*": inconclusive"* ]]
}

@test "a run of another mode is named, marked, and compared in nothing" {
	ran "$dir/a" 0 40.1 40.5 39.8 15.4 40.2 40.6
	ran "$dir/b" 1 40.2 40.5 39.9 40.1 40.4 40.3
	run "$zcroi" diff "$dir/a" "$dir/b"
	[[ $(flat) == *"outlier $dir/a/one/run-4.csv of A is unlike its siblings: throughput x 0.38 of theirs"* ]]
	[[ $(flat) == *"throughput: 40.24 to 40.23 Gbit/s, x 1"*": equivalent"* ]]
	run "$zcroi" table "$dir/a"
	[[ $(flat) == *" one * 6 "* ]]
	[[ $(flat) == *"* $dir/a/one/run-4.csv is unlike the other 5 runs of one: throughput x 0.38 of theirs."* ]]
}

@test "diff: functions are compared by their samples, what appeared first" {
	for i in 1 2 3 4 5; do
		synthetic "$dir/a/run-$i.csv" repeat=$i gbit=40.$i components="softirq/TCP=100000000$i task/data_copy=500000000$i"
		synthetic "$dir/b/run-$i.csv" repeat=$i gbit=20.$i components="softirq/TCP=600000000$i task/data_copy=500000000$i"
		echo ",rx,profile,symbol,task;[kernel];copy_to_user,$((5000 + i)),samples" | tee -a "$dir/b/run-$i.csv" >>"$dir/a/run-$i.csv"
		printf ',rx,profile,symbol,softirq;[kernel];%s,%s,samples\n' nft_do_chain $((2000 + i)) tcp_v4_rcv $((3000 + i)) once 1 >>"$dir/b/run-$i.csv"
		echo ",rx,profile,symbol,softirq;[kernel];tcp_v4_rcv,$((1000 + i)),samples" >>"$dir/a/run-$i.csv"
	done
	run "$zcroi" diff "$dir/a" "$dir/b"
	[[ $output == *"function   rx softirq nft_do_chain: 0 to "*": worse"* ]]
	[ "$(grep -cE '^(softirq|task) .* rx ' <<<"$output")" -ge 3 ]
	[[ $output != *" once "* ]]
}

@test "diff: small counts keep their Poisson error" {
	for i in 1 2 3; do
		synthetic "$dir/a/run-$i.csv" repeat=$i gbit=40.$i retransmits=1
		synthetic "$dir/b/run-$i.csv" repeat=$i gbit=20.$i retransmits=2
		synthetic "$dir/c/run-$i.csv" repeat=$i gbit=20.$i retransmits=100$i
	done
	run "$zcroi" diff --all "$dir/a" "$dir/b"
	[[ $(flat) == *" retransmits tx /GB 0.01990 0.07921 "*" inconclusive "* ]]
	run "$zcroi" diff --all "$dir/a" "$dir/c"
	[[ $(flat) == *" retransmits tx /GB "*" worse "* ]]
}

@test "diff: two runs of one configuration each, and sets of files" {
	experiment
	run "$zcroi" diff "$dir/out/copy" "$dir/out/zc"
	[[ $output == *"setting    tx --path: copy in A, send_zc in B"* ]]
	[[ $output == *"throughput: "*": worse"* ]]
	[[ $output != *"one after the other"* ]]
	run "$zcroi" diff "$dir"/out/copy/run-[12].csv : "$dir"/out/zc/run-[123].csv
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "A "*" 2 runs "* ]]
	[[ ${lines[1]} == "B "*" 3 runs "* ]]
	run "$zcroi" diff "$dir/out/copy/run-1.csv" "$dir/out/zc/run-1.csv"
	[[ $(flat) == *"one run has no interval, so nothing can be claimed"* ]]
	run ! grep -wE "better|worse" <<<"$output"
}

@test "diff: experiments of several configurations are paired by name" {
	experiment
	cp -r "$dir/out" "$dir/new"
	run "$zcroi" diff "$dir/out" "$dir/new"
	[ "$status" -eq 0 ]
	[[ $output == *"Configurations that A and B both have"* ]]
	[[ $output == *"rx=copy,tx=copy "*"equivalent"* ]]
	synthetic "$dir/other/run-1.csv" configuration=other
	run "$zcroi" diff "$dir/out" "$dir/other"
	[ "$status" -eq 1 ]
	[[ $output == *"no configuration in common"* ]]
}

@test "diff: every format" {
	experiment
	"$zcroi" diff --format json "$dir/out/copy" "$dir/out/zc" | json 'page["result"][0]["verdict"]'
	"$zcroi" diff --format csv "$dir/out/copy" "$dir/out/zc" 2>"$dir/err" >"$dir/csv"
	python3 -c 'import csv, sys
rows = list(csv.DictReader(open(sys.argv[1])))
assert {"settings", "result"} <= {r["table"] for r in rows}
assert not any(None in r or None in r.values() for r in rows)' "$dir/csv"
	grep -q "^zcroi: setting " "$dir/err"
	"$zcroi" diff --format md "$dir/out/copy" "$dir/out/zc" | grep -q "^| throughput | Gbit/s | "
}

@test "diff: where one set knows whose softirqs were and the other does not, that is said of C" {
	# Of a window of 10 s.
	known=',rx,softirq,across,1,2e9,ns\n,tx,softirq,across,0,0,ns\n,host,softirq,across,0,0,ns\n,host,softirq,across,1,0,ns\n'
	received=',rx,softirq,net_rx_time,0,1e9,ns\n,tx,softirq,net_rx_time,1,3e9,ns\n'
	for which in a b; do
		synthetic "$dir/$which/run-1.csv"
		printf "$received" >>"$dir/$which/run-1.csv"
	done
	printf "$known" >>"$dir/b/run-1.csv"
	for order in "a b B A" "b a A B"; do
		set -- $order
		run "$zcroi" diff "$dir/$1" "$dir/$2"
		[ "$status" -eq 0 ]
		echo "$output"
		[[ $(flat) == *"by whose packet softirqs worked on in $3, and by CPU in $4,"*"up to 20.0 % of a CPU may be that alone"* ]]
	done
	for same in a b; do
		run "$zcroi" diff "$dir/$same" "$dir/$same"
		[[ $(flat) != *"may be that alone"* ]]
	done
}
