#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcroi on records with known figures (synthetic.bash). What it prints is computed here once more, by
# hand or with awk.

bats_require_minimum_version 1.5.0
load synthetic

setup() {
	zcroi=$BUILD/zcroi
	dir=$BATS_TEST_TMPDIR
}

# Sentences are wrapped: the output as one line.
flat() {
	tr -s '\n ' '  ' <<<"$output"
}

# copy: 40.1 to 40.5 Gbit/s at 180 %; zc: 36.2 to 37.0 at 190 %
experiment() {
	local i
	for i in 1 2 3 4 5; do
		synthetic "$dir/out/copy/run-$i.csv" configuration=rx=copy,tx=copy repeat=$i \
			gbit=40.$i crx=100 ctx=80 seed=7 order=$((2 * i))
		synthetic "$dir/out/zc/run-$i.csv" configuration=rx=copy,tx=send_zc repeat=$i \
			tx_path=send_zc gbit=36.$((2 * i)) crx=100 ctx=90 seed=7 \
			order=$((2 * i - 1))
	done
}

# $1: directory, $2: --read, $3: Gbit/s, $4: ns of system call entry, $5: calls, $6: ns a call
read_size() {
	local i
	for i in 1 2 3 4 5; do
		synthetic "$1/one/run-$i.csv" repeat=$i read="$2" started="2025-03-10T1$7:0$i:00.000Z" \
			gbit="$3.$i" crx=100 ctx=80 rx_calls=$(($5 + i)) rx_ns=$(($6 + i)) \
			components="task/data_copy=400000000$i task/syscall_entry=$(($4 + i * 1000000)) task/unmapped=10000000$i"
	done
}

json() {
	python3 -c 'import json, sys
page = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1"
}

@test "table: what pays best comes first, with figures that a hand can check" {
	experiment
	run "$zcroi" table "$dir/out"
	[ "$status" -eq 0 ]
	echo "$output"
	# The middle three of 40.1 .. 40.5, and of T²/180: the first and the last are thrown away.
	roi=$(awk 'BEGIN { printf "%.3f", (40.2^2 + 40.3^2 + 40.4^2) / 3 / 180 }')
	[[ ${lines[3]} == "rx=copy,tx=copy "*" 5 "*" 40.30 "*" 180.0 "*" $roi "* ]]
	[[ ${lines[4]} == "rx=copy,tx=send_zc "* ]]
	[[ $(flat) == *"Best by CPU ROI: rx=copy,tx=copy, $roi, +"*"against the next, rx=copy,tx=send_zc: better."* ]]
	[[ $output == *"The kernel copied every byte of send_zc at tx (1 configuration)"* ]]
	for line in "${lines[@]}"; do
		[ "${#line}" -le 100 ]
	done
}

@test "sends that share a packet: what the kernel reports of them is the least, and this is said where it is so" {
	for kernel in 6.9 6.10.3 7.2.13; do
		synthetic "$dir/$kernel/one/run-1.csv" repeat=1 kernel=$kernel tx_path=send_zc zc_tx=5 gbit=20 crx=50 ctx=80
	done
	for kernel in 6.10.3 7.2.13; do
		run "$zcroi" table "$dir/$kernel"
		echo "$output"
		[[ $output == *"zc tx of send_zc is at least that (1 configuration)"* ]]
	done
	synthetic "$dir/whole/one/run-1.csv" repeat=1 kernel=7.2.13 tx_path=send_zc zc_tx=100 gbit=20 crx=50 ctx=80
	synthetic "$dir/other/one/run-1.csv" repeat=1 kernel=7.2.13 tx_path=zerocopy zc_tx=5 gbit=20 crx=50 ctx=80
	for which in 6.9 whole other; do
		run "$zcroi" table "$dir/$which"
		[ "$status" -eq 0 ]
		[[ $output != *"at least that"* ]]
	done
}

@test "table: the interval is Student's on logarithms" {
	experiment
	run --separate-stderr "$zcroi" table --format csv "$dir/out"
	[ "$status" -eq 0 ]
	want=$(awk 'BEGIN {
		for (i = 1; i <= 5; i++) { y[i] = log(40 + i / 10); m += y[i] / 5 }
		for (i = 1; i <= 5; i++) v += (y[i] - m)^2 / 4
		# t(0.975, 4), from a table
		printf "%.6f", exp(m - 2.7764451052 * sqrt(v / 5)) }')
	got=$(echo "$output" | python3 -c 'import csv, sys
row = next(r for r in csv.DictReader(sys.stdin) if r["configuration"] == "rx=copy,tx=copy")
print("%.6f" % float(row["throughput_gbit_s_low"]))')
	[ "$got" = "$want" ]
}

@test "table: four formats say the same" {
	experiment
	for format in text csv json md; do
		"$zcroi" table --format $format "$dir/out" >"$dir/$format" 2>"$dir/$format.err"
	done
	text=$(awk '/^rx=copy,tx=copy /{ print $3 }' "$dir/text")
	md=$(awk -F' *[|] *' '$2 == "rx=copy,tx=copy" { print $4 }' "$dir/md")
	json=$(json '"%.2f" % page["configurations"][0]["throughput_gbit_s"]' <"$dir/json")
	csv=$(python3 -c 'import csv, sys
print("%.2f" % float(next(csv.DictReader(sys.stdin))["throughput_gbit_s"]))' <"$dir/csv")
	[ "$text" = 40.30 ]
	[ "$md" = 40.30 ]
	[ "$json" = 40.30 ]
	[ "$csv" = 40.30 ]
	[ "$(json 'type(page["configurations"][0]["runs"]).__name__' <"$dir/json")" = int ]
	# Sentences have no place in CSV, and are not lost.
	grep -q "Best by CPU ROI" "$dir/csv.err"
}

@test "table: one run works, and nothing is claimed of it" {
	synthetic "$dir/a/run-1.csv" configuration=a gbit=40
	synthetic "$dir/b/run-1.csv" configuration=b gbit=50
	run "$zcroi" table "$dir/a/run-1.csv"
	[ "$status" -eq 0 ]
	[[ ${lines[3]} == "a "*" 1 "*" 40.00 "* ]]
	run "$zcroi" table "$dir/a" "$dir/b"
	[[ $(flat) == *"First here by CPU ROI: b"*"nothing is claimed"* ]]
	[[ $output != *": better"* ]]
}

@test "table: what two noisy sets cannot tell is called inconclusive" {
	i=0
	for gbit in 30 41 52; do
		i=$((i + 1))
		synthetic "$dir/out/a/run-$i.csv" configuration=a repeat=$i gbit=$gbit
		synthetic "$dir/out/b/run-$i.csv" configuration=b repeat=$i gbit=$((gbit - 1))
	done
	run "$zcroi" table "$dir/out"
	[[ $(flat) == *"First here by CPU ROI: a"*": inconclusive."* ]]
	[[ $(flat) != *"better than 0"* ]]
}

@test "table: what is missing is said in its cell, with the reason below" {
	synthetic "$dir/out/run-1.csv" ctx= absent="power=no power meter was found"
	touch "$dir/out/run-2.csv.part"
	run "$zcroi" table "$dir/out"
	[ "$status" -eq 0 ]
	[[ ${lines[3]} == *"not measured"* ]]
	[[ $output == *"Not measured: power: no power meter was found"* ]]
	[[ $output == *"Left out: "*"run-2.csv.part, a run that did not finish."* ]]
}

@test "table: a run that is named twice is one sample" {
	synthetic "$dir/out/run-1.csv"
	run "$zcroi" table "$dir/out" "$dir/out/run-1.csv"
	[[ ${lines[3]} == "one "*" 1 "* ]]
}

@test "table: a table saved among the runs is no run" {
	synthetic "$dir/out/run-1.csv"
	"$zcroi" table --format csv "$dir/out" >"$dir/out/roi.csv"
	run "$zcroi" table "$dir/out"
	[ "$status" -eq 0 ]
	[[ $(flat) == *"Left out: $dir/out/roi.csv, which is no record of zcprof."* ]]
	run "$zcroi" table "$dir/out/roi.csv"
	[ "$status" -eq 1 ]
}

@test "table: CPUs that both ends share are a sum only" {
	synthetic "$dir/out/run-1.csv" crx= ctx= chost=150
	run "$zcroi" table "$dir/out"
	[[ ${lines[3]} == *" shared "*" shared "*" 150.0 "* ]]
	[[ $output == *"shared: in 1 run the ends had no CPUs of their own"* ]]
}

@test "table: power and other exponents" {
	synthetic "$dir/out/run-1.csv" gbit=40 power=250
	run "$zcroi" table --exponent 1,2 --format json "$dir/out"
	[ "$(echo "$output" | json 'page["configurations"][0]["roi_power_total"] == 40 / 250 ** 2')" = True ]
	[ "$(echo "$output" | json 'abs(page["configurations"][0]["roi_cpu_total"] - 40 / 180) < 1e-9')" = True ]
	run "$zcroi" table --exponent 1.5 "$dir/out"
	[[ ${lines[0]} == *"T^1.5/ΣC"*"T^1.5/P"* ]]
}

@test "table: --wide has both ends' ROI, and --sort sorts by them" {
	experiment
	run "$zcroi" table --wide --sort cpu --format json "$dir/out"
	[ "$(echo "$output" | json 'page["configurations"][0]["configuration"]')" = rx=copy,tx=copy ]
	[ "$(echo "$output" | json 'abs(page["configurations"][0]["roi_cpu_tx"] - (40.2**2 + 40.3**2 + 40.4**2) / 3 / 80) < 1e-6')" = True ]
	run "$zcroi" table --sort nonsense "$dir/out"
	[ "$status" -eq 2 ]
}

@test "table: control repeats say what instrumentation changed" {
	for i in 1 2 3; do
		synthetic "$dir/out/one/run-$i.csv" repeat=$i gbit=36.$i control=no
		synthetic "$dir/out/one/control-$i.csv" repeat=$i gbit=40.$i control=yes
	done
	run "$zcroi" table "$dir/out"
	# exp of the difference of mean logarithms
	more=$(awk 'BEGIN { for (i = 1; i <= 3; i++) d += log(36 + i / 10) - log(40 + i / 10)
		printf "%+.1f", 100 * (exp(d / 3) - 1) }')
	[[ $(flat) == *"Instrumentation changed the throughput by $more % (95 %: "*"1 configuration, 3 control"* ]]
	[[ ${lines[3]} == *" 3 "* ]]
}

@test "table: runs of two kernels are pointed out" {
	synthetic "$dir/out/run-1.csv" repeat=1 kernel=6.18
	synthetic "$dir/out/run-2.csv" repeat=2 kernel=6.19
	run "$zcroi" table "$dir/out"
	[[ $output == *'Not all runs are alike: kernel is "6.18" in 1 of 2 and "6.19" in others'* ]]
}

@test "table: what zcpath set at the NIC by itself differs between runs and is no remark, the NIC is one" {
	for i in 1 2; do
		synthetic "$dir/out/run-$i.csv" repeat=$i
		sed -i "0,/,fact,kernel,/s/^.*,fact,kernel,.*/&\n,rx,fact,nic,zero copy: rule,port $i,\n,rx,fact,nic,mtu,$i,/" \
			"$dir/out/run-$i.csv"
	done
	grep -q 'zero copy: rule' "$dir/out/run-1.csv"
	run "$zcroi" table "$dir/out"
	[[ $output == *'Not all runs are alike: nic mtu is'* ]]
	[[ $output != *'zero copy'* ]]
}

@test "table, diff, show: a feature of which a record has no row is off, where it has rows of others" {
	for i in 1 2; do
		synthetic "$dir/a/run-$i.csv" repeat=$i gbit=4$i configuration=a
		synthetic "$dir/b/run-$i.csv" repeat=$i gbit=3$i configuration=b
	done
	sed -i '0,/,fact,kernel,/s/^.*,fact,kernel,.*/&\n,rx,fact,nic,feature rx-gro,on,\n,rx,fact,nic,feature rx-lro,on,/' "$dir"/a/run-?.csv
	sed -i '0,/,fact,kernel,/s/^.*,fact,kernel,.*/&\n,rx,fact,nic,feature rx-gro,on,/' "$dir"/b/run-?.csv
	run "$zcroi" table "$dir"
	[[ $output == *'Not all runs are alike: nic feature rx-lro is "on" in 2 of 4 and "off" in others'* ]]
	run "$zcroi" diff "$dir/a" "$dir/b"
	echo "$output"
	[[ $(flat) == *'nic feature rx-lro: on in A, off in B'* ]]
	# Where none was read, it is not known.
	sed -i /feature/d "$dir"/b/run-?.csv
	run "$zcroi" diff "$dir/a" "$dir/b"
	[[ $(flat) == *'nic feature rx-lro: on in A, not recorded in B'* ]]
}

@test "table: one configuration's name in two experiments is two lines" {
	synthetic "$dir/x/one/run-1.csv"
	synthetic "$dir/y/one/run-1.csv" gbit=50
	run "$zcroi" table "$dir/x/" "$dir/y"
	[[ $output == *"$dir/y/one "*"$dir/x/one "* ]]
}

@test "show syscalls: laid out as by perf trace -s" {
	synthetic "$dir/run-1.csv" rx_calls=10000 rx_errors=7 rx_ns=2000
	synthetic "$dir/run-2.csv" rx_calls=30000 rx_errors=9 rx_ns=2000 repeat=2
	run "$zcroi" show syscalls "$dir"
	[ "$status" -eq 0 ]
	[ "$(echo "${lines[1]}" | tr -s ' ')" = "syscall calls errors total min avg max stddev" ]
	# stddev is that of the mean, as perf has it: 500 ns / sqrt(20000) of 2000 ns
	[ "$(echo "${lines[4]}" | tr -s ' ')" = "recv 20000 8 40.000 0.0010 0.0020 0.020 0.18" ]
}

@test "show components: they add up to the total, and the unmapped share is printed" {
	synthetic "$dir/run-1.csv" gbit=8 components="task/data_copy=6000000000 softirq/TCP=3000000000 task/unmapped=1000000000 idle/idle=5000000000"
	run "$zcroi" show components --format json "$dir"
	# 8 Gbit/s for 10 s are 10e9 bytes: 0.6 ns per byte
	[ "$(echo "$output" | json '[(r["component"], r["ns_per_kb"]) for r in page["rx"]]')" = \
		"[('data_copy', 600), ('TCP', 300), ('unmapped', 100), ('total', 1000)]" ]
	[[ $output == *"rx: 10.0 % of the samples are in functions that no component claims."* ]]
	[[ $output == *"1000.0 ns/KB by samples, 1800.0 ns/KB (C)"* ]]
}

@test "show: a part that was not measured says why" {
	synthetic "$dir/run-1.csv" absent="profile=perf_event_open was refused"
	run "$zcroi" show symbols "$dir"
	[ "$status" -eq 0 ]
	[ "$output" = "Symbols: not measured: perf_event_open was refused" ]
}

@test "show: what was not measured in the first run alone is shown, and said" {
	synthetic "$dir/run-1.csv" absent="locks=was refused"
	synthetic "$dir/run-2.csv" repeat=2
	echo ',rx,locks,contentions,task/spin/f,100,waits' >>"$dir/run-2.csv"
	run "$zcroi" show locks "$dir"
	[ "$status" -eq 0 ]
	[[ $output == *"task/spin/f  100"* ]]
	grep -q "In 1 of 2 runs locks was not measured.* was refused" <<<"$(tr -s ' \n' ' ' <<<"$output")"
}

@test "show: every part in every format" {
	synthetic "$dir/run-1.csv" rx_calls=100 rx_ns=10 retransmits=1 rtt=5 components="task/data_copy=5"
	for part in syscalls latency symbols components parts receive cpu cstate threads tcp nic softnet softirq iowait series selfcost facts locks pagepool path; do
		for format in text csv md; do
			run "$zcroi" show $part --format $format "$dir"
			[ "$status" -eq 0 ]
			[ -n "$output" ]
		done
		"$zcroi" show $part --format json "$dir" | json 'page["notes"]'
	done
}

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

@test "check: a sound record is one line" {
	synthetic "$dir/run-1.csv" rx_calls=100 rx_ns=2000
	run "$zcroi" check "$dir/run-1.csv"
	[ "$status" -eq 0 ]
	[[ $output == "$dir/run-1.csv: "*" rows, whole and sound" ]]
	run bash -c "'$zcroi' check - <'$dir/run-1.csv'"
	[ "$status" -eq 0 ]
}

@test "help of every command has examples and fits a terminal" {
	for command in "" table show diff check; do
		run "$zcroi" $command --help
		[ "$status" -eq 0 ]
		[[ $output == *"Examples:"* ]]
	done
	run "$zcroi" --version
	[ "${lines[0]}" = "zcroi $(cat VERSION)" ]
	[[ ${lines[1]} == "built with "*", gsl "* ]]
}

@test "no privilege is needed" {
	[ "$(id -u)" -eq 0 ] || skip "this test drops root's privileges, and has none"
	command -v setpriv >/dev/null || skip "setpriv is not installed"
	dir=$(mktemp -d)
	experiment
	cp "$zcroi" "$dir/zcroi"
	chmod -R a+rX "$dir"
	run setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all \
		"$dir/zcroi" table "$dir/out"
	rm -r "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "explain: a cause with its evidence, as text and as JSON" {
	for i in 1 2 3 4 5; do
		synthetic "$dir/a/run-$i.csv" repeat=$i gbit=4$i retransmits=0 components="task/data_copy=5000000000"
		synthetic "$dir/b/run-$i.csv" repeat=$i gbit=2$i retransmits=9000 components="task/data_copy=5000000000"
		sed -i '$a ,tx,tcp,segments_out,0,3000000,segments' "$dir/a/run-$i.csv" "$dir/b/run-$i.csv"
	done
	run "$zcroi" explain "$dir/a" "$dir/b"
	[ "$status" -eq 0 ]
	[[ $output == "B is "*" slower because segments are lost and sent again: "* ]]
	[[ $output == *$'\n'"remedy "* ]]
	"$zcroi" explain --format json "$dir/a" "$dir/b" |
		json 'page["schema"] == 1 and page["worse"] == "b" and page["causes"][0]["id"] == "loss"' | grep -qx True
	"$zcroi" explain --format json "$dir/b" "$dir/a" |
		json 'page["worse"] == "a" and page["causes"][0]["id"] == "loss"' | grep -qx True
}

@test "explain: of one configuration, runs that are unlike their siblings" {
	for i in 1 2 3 4 5 6 7; do
		synthetic "$dir/run-$i.csv" repeat=$i gbit=40.$i retransmits=0
	done
	mkdir "$dir/few"
	cp "$dir"/run-[12].csv "$dir/few"
	run "$zcroi" explain "$dir/few"
	[[ $(flat) == *"is not told by 2 runs: it takes 5, which the same zcprof run with --repeat 5 adds."* ]]
	for i in 3 4 5; do
		grep -v ',path,bytes,' "$dir/run-$i.csv" >"$dir/few/run-$i.csv"
	done
	run "$zcroi" explain "$dir/few"
	[[ $(flat) == *"is not told: the throughput of 3 of 5 runs is not known."* ]]
	rm -r "$dir/few"
	run "$zcroi" explain "$dir"
	[ "$status" -eq 0 ]
	[[ $output == "No run of "*" is unlike its siblings: 7 runs." ]]
	"$zcroi" explain --format json "$dir" | json 'page["causes"] == []' | grep -qx True
	synthetic "$dir/run-8.csv" repeat=8 gbit=14 retransmits=9000
	sed -i '$a ,tx,tcp,segments_out,0,3000000,segments' "$dir"/run-*.csv
	run "$zcroi" explain "$dir"
	[ "$status" -eq 0 ]
	[[ $output == *"segments are lost and sent again"* ]]
}

@test "explain: of one configuration, two runs in the mode in which memory is slow, and nothing else" {
	local i gbit cost
	for i in 1 2 3 4 5 6 7 8 9 10; do
		gbit=40.$i cost=5000000000
		[[ $i != [49] ]] || gbit=14.$i cost=4900000000
		synthetic "$dir/run-$i.csv" repeat=$i gbit=$gbit components="task/data_copy=$cost task/TCP/IP=2000000000"
		sed -i 's/data_copy/data copy/' "$dir/run-$i.csv"
		printf ',tx,%s\n' profile,period,,1e6,ns "profile,component,task/data copy,$cost,ns" \
			nic,statistic,tx_bytes,1e9,events nic,statistic,tx_packets,50000,events >>"$dir/run-$i.csv"
	done
	run "$zcroi" explain "$dir"
	[ "$status" -eq 0 ]
	[[ $output == *" slower because copying a byte takes longer at both ends"* ]]
	[[ $(flat) == *"B unlike its siblings: run-4.csv (x 0.356), run-9.csv (x 0.369), 2 runs in "* ]]
	"$zcroi" explain --format json "$dir" | json '[c["id"] for c in page["causes"]] == ["memory"]' | grep -qx True
}

@test "explain: what cannot be answered is said" {
	synthetic "$dir/run-1.csv"
	run "$zcroi" explain
	[ "$status" -eq 2 ]
	run "$zcroi" explain "$dir" "$dir" "$dir"
	[ "$status" -eq 2 ]
	run "$zcroi" explain --format csv "$dir" "$dir"
	[ "$status" -eq 2 ]
	run "$zcroi" explain --confirm x "$dir"
	[ "$status" -eq 2 ]
	run "$zcroi" explain --confirm "$dir" "$dir" "$dir"
	[ "$status" -eq 1 ]
	[[ $output == *"expected two runs or more of two configurations each"* ]]
	run --separate-stderr "$zcroi" explain "$dir" "$dir"
	[ "$status" -eq 0 ]
	[[ $output == "B is not proven to be faster, slower or dearer than A."* ]]
}

# $1: directory, then as tests/tool/history.py
history() {
	python3 "$BATS_TEST_DIRNAME/../tool/history.py" "$@"
}

@test "history: two planted changes of sixty experiments are found where they are, with their causes" {
	history "$dir/h" 60 3 1 0.03 21=0.8:rmem 41=1.0:kernel
	"$zcroi" history --format json "$dir/h" >"$dir/json"
	json '[(c["last_before"][-4:], c["first_after"][-4:], c["cause"]) for c in page["changes"]] == [("0020", "0021", "receive_buffer"), ("0040", "0041", "receive_buffer")]' <"$dir/json" | grep -qx True
	json '{f["verdict"] for f in page["figures"] if f["figure"] == "throughput_gbit_s"} == {"worse", "better"}' <"$dir/json" | grep -qx True
	json 'len(page["experiments"]) == 60' <"$dir/json" | grep -qx True
	run "$zcroi" history "$dir/h"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "rx=copy,tx=copy changed twice in 60 experiments, "* ]]
	[[ $output == *"differs    host kernel: 6.18 before, 7.0 since"* ]]
	[[ $("$zcroi" history --format csv "$dir/h" 2>/dev/null) == *"receive_buffer"* ]]
	[[ $("$zcroi" history --format md "$dir/h") == *"changed twice"* ]]
}

@test "history: none where nothing changed, and over a gap" {
	history "$dir/u" 60 2 2 0.03
	run "$zcroi" history "$dir/u"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "rx=copy,tx=copy did not change in 60 experiments, "* ]]
	history "$dir/g" 30 2 3 0.03 16=0.7:rmem
	rm -r "$dir"/g/001[4-7]
	run "$zcroi" history "$dir/g"
	[[ $(flat) == *"1. between $dir/g/0013 "*" and $dir/g/0018 "* ]]
}

@test "history: in the order in which they ran, whatever they are called" {
	history "$dir/h" 20 2 4 0.02 11=0.7:rmem
	for at in "$dir"/h/*; do
		mv "$at" "$dir/h/x$((9999 - 10#${at##*/}))"
	done
	run "$zcroi" history "$dir/h"
	[[ $(flat) == *"1. between $dir/h/x9989 "*" and $dir/h/x9988 "* ]]
	sed -i /,started,/d "$dir"/h/*/*/*.csv
	run "$zcroi" history "$dir/h"
	[[ $(flat) == *"in the order of their names"* ]]
	run "$zcroi" history
	[ "$status" -eq 2 ]
}

@test "whatif: the bound of 2016, 14.5 million packets and 30 % of the time in many small functions of the page allocator" {
	cat >"$dir/perf.report" <<-'END'
		# Samples: 100K  of event 'cycles'
		# Event count (approx.): 1000000
		#
		# Overhead  Command      Shared Object     Symbol
		# ........  ...........  ................  ........................
		#
		    40.00%  ksoftirqd/0  [kernel.vmlinux]  [k] mlx4_en_process_rx_cq
		    30.00%  ksoftirqd/0  [kernel.vmlinux]  [k] dev_gro_receive
		    12.00%  ksoftirqd/0  [kernel.vmlinux]  [k] get_page_from_freelist
		     8.00%  ksoftirqd/0  [kernel.vmlinux]  [k] free_unref_page
		     6.00%  ksoftirqd/0  [kernel.vmlinux]  [k] __alloc_pages_nodemask
		     4.00%  ksoftirqd/0  [kernel.vmlinux]  [k] free_pcppages_bulk
	END
	"$zcroi" import --end rx --throughput 14.5M --seconds 10 --busy 100 "$dir/perf.report" -o "$dir/run-1.csv"
	run "$zcroi" whatif --without 'page allocator' --format json "$dir/run-1.csv"
	[ "$status" -eq 0 ]
	json 'abs(page["bounds"][0]["bound"] / page["bounds"][0]["now"] - 1 / 0.7) < 1e-6' <<<"$output" | grep -qx True
	json '20 < 14.5 * page["bounds"][0]["ratio"] < 21' <<<"$output" | grep -qx True
	run "$zcroi" whatif --without page_allocator "$dir/run-1.csv"
	[[ $(flat) == "Without page_allocator at rx, which is 30.0 % of its CPU cost, throughput could be x 1.43 at the most: a bound, "* ]]
	run "$zcroi" whatif --without get_page_from_freelist --without free_unref_page "$dir/run-1.csv"
	[[ $output == *"20.0 % of its CPU cost"* ]]
	run "$zcroi" whatif --without gnupool "$dir/run-1.csv"
	[ "$status" -eq 1 ]
	[[ $output == *"no component, part or function of that name"* ]]
	for format in text csv json md; do
		"$zcroi" whatif --format $format "$dir/run-1.csv" | grep -q "page allocator"
	done
}

@test "whatif: a rate and a round trip make the sizes that the talk came to" {
	run "$zcroi" whatif --rate 200G --rtt 0.1ms --format json
	[ "$status" -eq 0 ]
	json '[next(r["value"] for r in page["sizes"] if r["name"] == n) for n in ("in flight", "ring", "--area")] == [2500000, 4096, 64 << 20]' <<<"$output" | grep -qx True
	synthetic "$dir/run-1.csv" rtt=1000
	run "$zcroi" whatif --rate 10G "$dir/run-1.csv"
	[ "$status" -eq 0 ]
	[[ $output == "For 10 Gbit/s at a round trip of 1000 us; "* ]]
	[[ $output =~ in\ flight\ .*\ 1250000\ +bytes ]]
	run "$zcroi" whatif --rate 10G
	[ "$status" -eq 1 ]
	[[ $output == *"give --rtt"* ]]
	run "$zcroi" whatif --rate fast --rtt 1ms
	[ "$status" -eq 2 ]
	run "$zcroi" whatif --without memory
	[ "$status" -eq 2 ]
}

# A then, and A and B now: $1 and $2 are the first two digits of A's Gbit/s now and of B's
then_and_now() {
	local i
	for i in 1 2 3 4 5; do
		synthetic "$dir/old/one/run-$i.csv" configuration=one repeat=$i gbit=40.$i seed=1 \
			started="2026-03-10T10:0$i:00.000Z"
		synthetic "$dir/new/again,one/run-$i.csv" configuration=again,one repeat=$i gbit="$1.$i" seed=2 \
			started="2026-04-10T10:0$i:00.000Z" kernel=7.0
		synthetic "$dir/new/two/run-$i.csv" configuration=two repeat=$i gbit="$2.$i" read=4K seed=2 \
			started="2026-04-10T10:0$i:30.000Z" kernel=7.0
		sed -i '$a ,host,fact,option,against,old/one,' "$dir/new/again,one/run-$i.csv"
	done
}

@test "explain: A then, A now and B now, told whether the configuration moved it or the machine" {
	then_and_now 40 30
	run "$zcroi" explain "$dir/old/one" "$dir/new"
	[ "$status" -eq 0 ]
	[[ $(flat) == "The configuration moved it: B's throughput is x 0.75"* ]]
	[[ $(flat) == *"since then host kernel: 6.18 then, 7.0 now setting rx --read: 256K in A, 4K in B "* ]]
	rm -r "$dir/old" "$dir/new"
	then_and_now 12 12
	run "$zcroi" explain "$dir/old/one" "$dir/new"
	[[ $(flat) == "The machine moved it, or what is beside it: A's own throughput moved x 0.30"* ]]
	rm -r "$dir/old" "$dir/new"
	then_and_now 40 40
	"$zcroi" explain --format json "$dir/old/one" "$dir/new" >"$dir/json"
	json '[r["proven"] for r in page["causes"]] == ["no", "no"]' <"$dir/json" | grep -qx True
	json 'next((r["a_then"], r["a_now"], r["b_now"]) for r in page["figures"] if r["figure"] == "throughput")[0] > 40' <"$dir/json" | grep -qx True
	run "$zcroi" explain "$dir/new" "$dir/old/one"
	[ "$status" -eq 1 ]
}

@test "what is by CPU time or a window of which there was none is absent, with the reason, in every command" {
	for i in 1 2 3; do
		synthetic "$dir/good/run-$i.csv" configuration=good repeat=$i gbit=8.$i crx=50 ctx=60 rx_calls=50000 rx_ns=9
		synthetic "$dir/idle/run-$i.csv" configuration=idle repeat=$i gbit=8.$i crx=0 ctx=0 rx_calls=50000 rx_ns=9
		synthetic "$dir/still/run-$i.csv" configuration=still repeat=$i gbit=0 crx=50.$i ctx=60 rx_calls=50000 rx_ns=9
		synthetic "$dir/none/run-$i.csv" configuration=none repeat=$i gbit=8.$i crx= ctx= rx_calls=50000 rx_ns=9
		synthetic "$dir/short/run-$i.csv" configuration=short repeat=$i gbit=8.$i crx=50 ctx=60 rx_calls=50000 rx_ns=9
		sed -i 's/window_ns,,1e+10/window_ns,,0/; s/window_ns,,10000000000/window_ns,,0/' "$dir/short/run-$i.csv"
	done
	grep -q 'window_ns,,0' "$dir/short/run-1.csv"
	run "$zcroi" table "$dir"
	echo "$output"
	[[ $(flat) == *"First here by CPU ROI: good, 0.611; the next, still, has 0."* ]]
	[[ $(flat) == *"No CPU ROI of "*/idle/run-1.csv:" it is by CPU time, which was counted, and there was none of it."* ]]
	[[ $(flat) == *"No CPU in total of "*/none/run-1.csv:" its record has no row of the receiver's CPU time, and does not say why."* ]]
	[[ $(flat) == *"No throughput of "*/short/run-1.csv:" the window is 0 ns long, in which nothing has a rate."* ]]
	run --separate-stderr "$zcroi" table --format csv --rows configuration --value T/CPU,T,ROI "$dir"
	echo "$output"
	[[ $output == *'idle,,,,"it is by CPU time, which was counted, and there was none of it",8.'* ]]
	[[ $output == *'short,,,,"the window is 0 ns long, in which nothing has a rate",,,,"the window'* ]]
	[[ $output == *"still,0,"* ]] # measured, and none came
	for other in idle still none short; do
		for pair in "good $other" "$other good"; do
			set -- $pair
			for command in diff explain; do
				for format in text json; do
					run "$zcroi" "$command" --format "$format" "$dir/$1" "$dir/$2"
					echo "$command $pair: $output"
					[ "$status" -eq 0 ]
					! grep -Eiqw -- '-?(nan|inf|infinity)' <<<"$output" || false
				done
			done
		done
	done
	run "$zcroi" explain "$dir/still" "$dir/good"
	[[ ${lines[0]} == "B is faster (8."*" against 0), "* ]]
	# What a run cost by the byte that it did not move is no zero, and neither is what it cost in no time.
	for other in still short; do
		run "$zcroi" diff --format json "$dir/good" "$dir/$other"
		echo "$output"
		jq -e '[.cost[] | select(.figure == "as accounted")] | length == 2 and all(.b == null and .change_ns_per_kb == null)' <<<"$output"
	done
	run "$zcroi" diff --format json "$dir/good" "$dir/still"
	jq -e '[.. | objects | select(.figure? == "recv calls")] | length == 1 and .[0].b == null' <<<"$output"
}

@test "on a terminal of 80 columns lines end there, and no cell is broken; what is no terminal is as wide as ever" {
	experiment
	terminal() {
		python3 "$BATS_TEST_DIRNAME/../tool/terminal.py" "$@"
	}
	"$zcroi" table "$dir/out" >"$dir/wide"
	[ "$(wc -L <"$dir/wide")" -gt 80 ]
	for columns in 80 100 200; do
		terminal "$columns" "$zcroi" table "$dir/out" >"$dir/seen"
		cat "$dir/seen"
		[ "$(grep -v 'Next: ' "$dir/seen" | wc -L)" -le "$columns" ]
		# Every word of it is there.
		for word in $(cat "$dir/wide"); do
			[[ $word == *---* ]] || grep -qF -- "$word" "$dir/seen"
		done
	done
	terminal 200 "$zcroi" table "$dir/out" | diff - "$dir/wide"
	terminal 80 "$zcroi" table --format csv "$dir/out" >"$dir/seen"
	# Its notes are on standard error, which is the same terminal.
	"$zcroi" table --format csv "$dir/out" 2>/dev/null >"$dir/csv"
	while read -r line; do
		grep -qxF -- "$line" "$dir/seen"
	done <"$dir/csv"
	terminal 80 "$BUILD/zcprof" doctor --area system >"$dir/seen" || [ $? -le 3 ]
	cat "$dir/seen"
	[ "$(grep -v 'mend: ' "$dir/seen" | wc -L)" -le 80 ]
}
