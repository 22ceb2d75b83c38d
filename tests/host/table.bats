#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcroi table on records with known figures. What it prints is computed here once more, by hand or with awk.

bats_require_minimum_version 1.5.0
load zcroi

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

@test "table: the command that it says is next names one record where that lies among others" {
	synthetic "$dir/out/one.csv" rx_path=copy
	synthetic "$dir/out/other.csv" rx_path=uring
	run -0 "$zcroi" table "$dir/out/one.csv"
	echo "$output"
	local next
	next=$(sed -n 's/^Next: zcroi //p' <<<"$output")
	[[ $next == "show facts "*one.csv* ]]
	eval "run -0 \"\$zcroi\" $next"
}

@test "table: of much that was not measured one line names each once, --absent says why, and programs have the reasons" {
	for i in 1 2 3; do
		synthetic "$dir/out/run-$i.csv" repeat=$i absent="power=no meter"
		{
			printf ',host,collector,absent,pmu,no PMU,\n'
			printf ',host,collector,absent,pagepool/allocs,not hooked,\n,host,collector,absent,pagepool/puts,not hooked,\n'
			# Of both ends of one run, which is one run.
			[ $i -gt 1 ] || printf ',rx,collector,absent,skb,its slices met 3 of 500,\n,tx,collector,absent,skb,its slices met 4 of 500,\n'
		} >>"$dir/out/run-$i.csv"
	done
	run -0 "$zcroi" table "$dir/out"
	echo "$output"
	[[ $(flat) == *"Not measured: power, pmu; parts of pagepool; in some runs skb. Why: zcroi table --absent. Next: "* ]]
	[ "$(grep -c '^Not measured: ' <<<"$output")" -eq 1 ]
	run -0 "$zcroi" table --absent "$dir/out"
	echo "$output"
	[[ $(flat) == *"Not measured: power: no meter Not measured: pmu: no PMU Not measured: pagepool/allocs, pagepool/puts: not hooked Not measured: skb (in some runs): for example, its slices met 3 of 500"* ]]
	"$zcroi" table --format json "$dir/out" | grep -q '"Not measured: pagepool/allocs, pagepool/puts: not hooked"'
	"$zcroi" table --format csv "$dir/out" 2>&1 >"$dir/csv" | grep -q 'Not measured: power: no meter$'
	[ "$("$zcroi" table --rows path --format md "$dir/out" | grep -c '^- Not measured: power, pmu; ')" -eq 1 ]
}

@test "table: what is absent at both ends of half of the runs is absent in some" {
	for i in 1 2; do
		synthetic "$dir/out/run-$i.csv" repeat=$i
	done
	printf ',rx,collector,absent,skb,why,\n,tx,collector,absent,skb,why,\n' >>"$dir/out/run-1.csv"
	run -0 "$zcroi" table "$dir/out"
	[[ $output == *"Not measured: skb (in some runs): why"* ]]
}

@test "table: where C is by whose packet it was in some runs, and by CPU in others, each remark says in how many" {
	for i in 1 2 3; do
		synthetic "$dir/out/run-$i.csv" repeat=$i
		printf ',host,collector,window,softirq,1e10,ns\n,%s,softirq,%s,%s,2e9,ns\n' \
			$([ $i -gt 2 ] && echo tx net_rx_time '' || echo rx across tx) >>"$dir/out/run-$i.csv"
		[ $i -gt 2 ] || printf ',tx,softirq,across,rx,0,ns\n' >>"$dir/out/run-$i.csv"
	done
	run -0 "$zcroi" table "$dir/out"
	echo "$output"
	[[ $(flat) == *"In 2 runs: CPU time is by whose packet it was for, "*"up to 20.0 % of a CPU are in C rx"* ]]
	[[ $(flat) == *"In 1 run: C rx and C tx are by CPU, "*"up to 20.0 % of a CPU in C tx may be rx's"* ]]
	run -0 "$zcroi" table "$dir/out/run-1.csv"
	[[ $output == *$'\nCPU time is by whose packet'* ]]
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

@test "table: an end whose CPUs are not known is said to be that, in cells and below" {
	synthetic "$dir/out/run-1.csv" crx= ctx=80 chost=150
	run "$zcroi" table "$dir/out"
	echo "$output"
	[[ $(flat) == *"No CPU in total of $dir/out/run-1.csv: which CPUs were that end's is not known, as where it follows its queue (--cpu rxq): name them"* ]]
	run "$zcroi" table --rows rx --value T,C-rx "$dir/out"
	[[ $(flat) == *"which CPUs were that end's is not known"* && $(flat) != *"does not say why"* ]]
}

@test "table: what a program of XDP takes off a device is no surprise where it goes with that, and one where it does not" {
	for i in 1 2; do
		synthetic "$dir/out/copy/run-$i.csv" configuration=copy repeat=$i
		synthetic "$dir/out/drop/run-$i.csv" configuration=drop repeat=$i rx_path=xdp_drop
	done
	sed -i '0,/,fact,kernel,/s/^.*,fact,kernel,.*/&\n,tx,fact,nic,feature tx-lro,on,/' "$dir"/out/copy/run-?.csv
	sed -i '0,/,fact,kernel,/s/^.*,fact,kernel,.*/&\n,tx,fact,nic,feature tx-lro,off,\n,rx,path,given,xdp,native,/' "$dir"/out/drop/run-?.csv
	run "$zcroi" table "$dir/out"
	echo "$output"
	[[ $output != *'Not all runs are alike'* ]]
	sed -i 's/feature tx-lro,on/feature tx-lro,off/' "$dir/out/copy/run-2.csv"
	run "$zcroi" table "$dir/out"
	[[ $output == *'Not all runs are alike: nic feature tx-lro is "on" in 1 of 4 and "off" in others'* ]]
}

@test "table: softirqs that worked for a namespace of neither end are said, and are in C where they ran" {
	synthetic "$dir/one/run-1.csv" gbit=20 crx=50 ctx=80
	# Of a window of 10 s.
	printf ',rx,softirq,across,1,0,ns\n,tx,softirq,across,0,0,ns\n,host,softirq,across,0,5e8,ns\n,host,softirq,across,1,1e9,ns\n' \
		>>"$dir/one/run-1.csv"
	run "$zcroi" table "$dir/one"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $(flat) == *"Packets of neither end's namespace"*"took up to 15.0 % of a CPU in softirqs on the ends' CPUs"* ]]
	[[ $output == *" 50.0 "*" 80.0 "*" 130.0 "* ]]
	synthetic "$dir/two/run-1.csv"
	run "$zcroi" table "$dir/two"
	[[ $output != *"neither end"* ]]
}

@test "table: whose CPU threads that poll a device run on is said" {
	for threaded in 0 1; do
		synthetic "$dir/$threaded/run-1.csv"
		printf ',rx,softirq,across,1,0,ns\n,tx,softirq,across,0,0,ns\n,rx,fact,nic,threaded,%s,\n,tx,fact,nic,threaded,0,\n' \
			$threaded >>"$dir/$threaded/run-1.csv"
		run "$zcroi" table "$dir/$threaded"
		echo "$output"
		[ "$status" -eq 0 ]
		[ "$(grep -c "the NAPI of [rt]x is threaded" <<<"$(flat)")" = $threaded ]
	done
	[[ $(flat) == *"In 1 run the NAPI of rx is threaded"* ]]
}
