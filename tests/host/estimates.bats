#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What was estimated, from slices of the window or by samples, stands with its error wherever it is printed: of one run, too.

bats_require_minimum_version 1.5.0
load synthetic

setup() {
	zcroi=$BUILD/zcroi
	dir=$BATS_TEST_TMPDIR/out
}

# record N VALUE: 10 bytes to a packet, by 11 slices that differ by a tenth; 100 samples of a profile, 25 of them data copy
record() {
	synthetic "$dir/one/run-$1.csv" repeat="$1" configuration=one
	printf '%s\n' ",rx,skb,bytes,softirq,$(($2 * 10)),bytes" ",rx,skb,received,softirq,$2,packets" ,host,collector,slices,skb,11,slices \
		,rx,collector,error,skb/bytes/softirq,0.1,ratio ,rx,collector,error,skb/received/softirq,0.1,ratio \
		,rx,softirq,polls,0,100,polls ,host,profile,period,,1000000,ns ,rx,profile,samples,task,100,samples \
		'",rx,profile,component,task/data copy,25000000,ns"' ,rx,profile,component,task/memory,75000000,ns \
		',rx,profile,symbol,task;[kernel];copy_it,25,samples' ',rx,profile,symbol,task;[kernel];free_it,75,samples' |
		tr -d '"' >>"$dir/one/run-$1.csv"
}

# near FIGURE LOW HIGH [NAME=VALUE]: of the only row of the table as CSV
near() {
	python3 - "$@" <<-END
		import csv, io, sys
		row = next(csv.DictReader(io.StringIO("""$output""")))
		name, low, high = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
		got = float(row[name + "_low"]), float(row[name + "_high"])
		assert abs(got[0] - low) <= 1e-3 * low and abs(got[1] - high) <= 1e-3 * high, got
	END
}

@test "a table of one run has the error of what was sampled, and none of what was counted" {
	record 1 100
	run --separate-stderr "$zcroi" table --format csv --rows rx \
		--value 'each=rx-skb.bytes/rx-skb.received,packets=rx-skb.received,copy=rx-share:data_copy,without=rx-without:data_copy,T,polls=rx-softirq.polls' "$dir"
	echo "$output"
	# Student's t of 10 degrees of freedom is 2.2281: a tenth is off by 22.3 %, and two of that by 31.5 %.
	near rx-skb.received 7.7719 12.2281
	near rx-skb.bytes/rx-skb.received 6.8490 13.1510
	# A quarter of 100 samples, with two more for it and two against (Agresti, Coull): sqrt(27/104 * 77/104 / 100 + (27/104 - 1/4)²) =
	# 4.488 %, times 1.96; of 4/3, by that over 9/16.
	near rx-share:data_copy 16.203 33.797
	near rx-without:data_copy 1.1769 1.4897
	[[ ${lines[1]} == *,40,,,,10,,, ]]
	run "$zcroi" table --rows rx --value packets=rx-skb.received "$dir"
	[[ $output == *"10.00 (7.8..12.2)"* ]]
}

@test "a ratio of two that were counted in the same slices is off by what the record says of it" {
	record 1 100
	echo ',rx,collector,ratio_error,skb/bytes by received,0.01,ratio' >>"$dir/one/run-1.csv"
	run --separate-stderr "$zcroi" table --format csv --rows rx --value 'each=rx-skb.bytes/rx-skb.received,other=rx-skb.bytes/rx-softirq.polls' "$dir"
	echo "$output"
	near rx-skb.bytes/rx-skb.received 9.77719 10.22281
	near rx-skb.bytes/rx-softirq.polls 7.7719 12.2281
	# Of one context alone it does not speak.
	run --separate-stderr "$zcroi" table --format csv --rows rx --value 'each=rx-skb.bytes:softirq/rx-skb.received:softirq' "$dir"
	echo "$output"
	near rx-skb.bytes:softirq/rx-skb.received:softirq 6.8490 13.1510
}

@test "runs that are alike by chance know a figure no better than they sampled it" {
	for i in 1 2 3; do
		record $i $((99 + i))
	done
	run --separate-stderr "$zcroi" table --format csv --rows rx --value packets=rx-skb.received,polls=rx-softirq.polls "$dir"
	echo "$output"
	# 22.281 % of 10, 10.1 and 10.2, by the root of three.
	near rx-skb.received 8.8008 11.3993
	[ "$(cut -d, -f6- <<<"${lines[1]}")" = "10,10,10," ]
}

@test "what shows samples says how few they are" {
	record 1 100
	for part in components symbols; do
		run --separate-stderr "$zcroi" show "$part" --format csv "$dir/one"
		echo "$output"
		# 1.96 by the root of 25, and of 75.
		[[ $output == *margin_percent* && $output == *,39.19* && $output == *,22.63* ]]
	done
	printf '%s\n' ',rx,profile,symbol,softirq;[kernel];free_frozen_page_commit,4,samples' ,host,collector,slices,softirq,11,slices \
		,rx,collector,error,softirq/polls/0,0.1,ratio >>"$dir/one/run-1.csv"
	run --separate-stderr "$zcroi" show parts --format csv "$dir/one"
	echo "$output"
	[[ $output == *rx_margin_percent*"page allocator"*,97.99* ]]
	run --separate-stderr "$zcroi" show softirq --format csv "$dir/one"
	echo "$output"
	[[ $output == *margin_percent*,22.28* ]]
}

# across [NEITHER]: of 10 s tx' CPU was in softirqs for 2 s, of whose 40 samples 30 are rx', and rx' for 1 s, of 20 samples 2
across() {
	synthetic "$dir/one/run-1.csv" configuration=one gbit=20 crx=100 ctx=80
	printf '%s\n' ,host,collector,slices,softirq,3,slices ,rx,softirq,across,1,9e9,ns ,tx,softirq,across,0,0,ns \
		",host,softirq,across,1,${1:-0},ns" ,host,softirq,across,0,0,ns ,rx,cpu,softirq,0,1e9,ns ,tx,cpu,softirq,1,2e9,ns \
		,rx,cpu,user,0,1e9,ns ,tx,cpu,user,1,1e9,ns ,rx,cpu,unaccounted,0,5e8,ns \
		,rx,profile,on_cpu,1/softirq,30,samples ,tx,profile,on_cpu,1/softirq,10,samples \
		,tx,profile,on_cpu,0/softirq,2,samples ,rx,profile,on_cpu,0/softirq,18,samples >>"$dir/one/run-1.csv"
}

@test "C of an end that is told by samples has their error, of one run too; what both took has none" {
	across
	run --separate-stderr "$zcroi" table --format csv "$dir"
	echo "$output"
	# 100 + 15 - 1, to 1.96 times the root of (20 % of 30 in 40)² and (10 % of 2 in 20)²: 3.576.
	near cpu_rx_percent 110.424 117.576
	near cpu_tx_percent 62.424 69.576
	[[ $output != *cpu_total_percent_low* ]]
	run --separate-stderr "$zcroi" table --wide --format csv "$dir"
	# T²/C is as far off as C is: 400 by 114, and 3.137 % of it.
	near roi_cpu_rx 3.3987 3.6188
	[[ $output == *,180,,,* ]]
	run "$zcroi" table "$dir"
	echo "$output"
	[[ $(tr -s '\n ' '  ' <<<"$output") == *"of one run C rx is sure to 3.6 % of a CPU and C tx to 3.6 %"* ]]
	run --separate-stderr "$zcroi" table --format csv --rows rx --value C-rx,C,ROI-rx "$dir"
	near cpu_rx_percent 110.424 117.576
	near roi_cpu_rx 3.3987 3.6188
	run --separate-stderr "$zcroi" show efficiency --format csv "$dir/one"
	echo "$output"
	[[ ${lines[0]} == figure,rx,rx_margin_percent,tx,tx_margin_percent,total,* && ${lines[1]} == "throughput per core",17.54*,3.13*,30.3*,5.41*,11.1* ]]
	run --separate-stderr "$zcroi" show modes --format csv "$dir/one"
	echo "$output"
	# Of softirqs rx has 10 % + 14 %.
	[[ ${lines[0]} == end,user,system,softirq,softirq_margin_percent,irq,unaccounted,iowait,steal && ${lines[1]} == rx,10,,24*,14.9*,,5,, ]]
	# Of ends that were counted whole there is none of that.
	sed -i /collector,slices/d "$dir/one/run-1.csv"
	run "$zcroi" table --format csv "$dir"
	[[ $output != *cpu_rx_percent_low* && $output != *"is sure to"* ]]
}

@test "what no end's packets took has its error" {
	across 5e8
	printf '%s\n' ,host,profile,on_cpu,1/softirq,40,samples >>"$dir/one/run-1.csv"
	run "$zcroi" table "$dir"
	echo "$output"
	# Half of 20 %, by 80 samples; and of 10 % none, of 20.
	[[ $(tr -s '\n ' '  ' <<<"$output") == *"Packets of neither end's namespace took up to 10.0 ± 3.0 % of a CPU"* ]]
}

@test "a zero of slices says how much there may have been" {
	record 1 100
	printf '%s\n' ,host,collector,share,skb,0.005,ratio ,host,collector,blind,skb,0.2,ratio ,host,collector,follows,skb,packets, \
		,tx,skb,received,softirq,0,packets ,tx,skb,bytes,softirq,0,bytes >>"$dir/one/run-1.csv"
	run --separate-stderr "$zcroi" show skb --format csv "$dir/one"
	echo "$output"
	# Three by one two-hundredth; of bytes a fifth of what was moved, 40 Gbit/s for 10 s.
	grep -q '^received,softirq,100,0,.*,600,packets$' <<<"$output"
	grep -q '^bytes,softirq,1000,0,.*,10000000000,bytes$' <<<"$output"
	run "$zcroi" show skb "$dir/one"
	[[ $(tr -s '\n ' '  ' <<<"$output") == *"A zero is what no slice met"*"less than 20 % of the window in one go"* ]]
	# What no row says is no number.
	sed '/collector,blind/d' "$dir/one/run-1.csv" >"$BATS_TEST_TMPDIR/seen.csv"
	run -0 "$zcroi" show skb "$BATS_TEST_TMPDIR/seen.csv"
	echo "$output"
	[[ $output == *"Counted in 11 slices"* && $output != *nan* ]]
	run --separate-stderr "$zcroi" table --format csv --rows rx --value none=tx-skb.received,some=rx-skb.received "$dir"
	echo "$output"
	[[ ${lines[1]} == *,0,0,60,,10,* ]]
}

@test "an end that slept in one of several runs has a C of none of it, and diff and explain compare it" {
	# One set after the other, so that what the machine may have drifted by is in what they differ by.
	for i in 1 2 3 4 5 6; do
		set=a-$i
		((i < 4)) || set=b-$i
		across
		echo ",host,fact,started,,2026-01-01T00:0$i:00.000Z," >>"$dir/one/run-1.csv"
		((i != 5)) || sed -i 's/^,tx,cpu,busy,,[0-9.]*,/,tx,cpu,busy,,0,/' "$dir/one/run-1.csv"
		mkdir -p "$dir/${set%-*}"
		mv "$dir/one/run-1.csv" "$dir/${set%-*}/run-$i.csv"
	done
	for command in diff explain; do
		run -0 "$zcroi" $command "$dir/a" "$dir/b"
		echo "$output"
		[[ $output != *nan* && $output != *inf\ * ]]
	done
}

@test "modes of CPU time are of the window by which C is told, and of no bystander's CPU" {
	across
	printf '%s\n' ,host,collector,window,cpu,5e9,ns ,host,cpu,elsewhere,,70,% ,host,cpu,user,2,7e9,ns ,host,cpu,system,2,0,ns \
		,rx,cpu,system,0,0,ns ,tx,cpu,system,1,0,ns >>"$dir/one/run-1.csv"
	run --separate-stderr "$zcroi" show modes --format csv "$dir/one"
	echo "$output"
	[[ ${lines[1]} == rx,20,* && ${lines[3]} == total,40,* ]]
}
