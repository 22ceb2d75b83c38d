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
	# A quarter of 100 samples: sqrt(1/4 * 3/4 / 100) = 4.330 %, times 1.96; of 4/3, by that over 3/4.
	near rx-share:data_copy 16.513 33.487
	near rx-without:data_copy 1.1825 1.4842
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
