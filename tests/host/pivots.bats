#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcroi table --rows --cols: the same figures as the table's, laid out by what was chosen.

bats_require_minimum_version 1.5.0
load zcroi

setup() {
	zcroi=$BUILD/zcroi
	dir=$BATS_TEST_TMPDIR/out
}

# copy and uring, three sizes of reads, three runs each
experiment() {
	local rx read i
	for rx in copy uring; do
		for read in 4K 64K 256K; do
			for i in 1 2 3; do
				synthetic "$dir/rx=$rx,tx=copy,read=$read/run-$i.csv" repeat=$i read=$read \
					configuration="rx=$rx,tx=copy,read=$read" rx_path=$rx rtt=2$i \
					gbit="${#rx}${#read}.$i" crx=1${#read}0 ctx=80
			done
		done
	done
}

# refused CONFIGURATION RX-PATH READ KEY REASON: what zcprof run leaves of what it did not run
refused() {
	mkdir -p "$dir/refused"
	printf '%s\n' time_s,end,source,metric,key,value,unit ,host,fact,record_version,,1, \
		",host,fact,configuration,,\"$1\"," ",rx,fact,option,path,$2," ",tx,fact,option,path,copy," \
		",rx,fact,option,read,$3," ",${6:-rx},fact,refused,$4,\"$5\"," >"$dir/refused/$1.csv"
}

@test "each cell is the table's own figure and interval" {
	experiment
	"$zcroi" table --flat --wide --format json "$dir" >"$dir.flat"
	"$zcroi" table --rows rx --cols read --value T,C,roi-rx --format json "$dir" >"$dir.pivot"
	python3 - "$dir.flat" "$dir.pivot" <<-'END'
		import json, sys
		flat = {c["configuration"]: c for c in json.load(open(sys.argv[1]))["configurations"]}
		pivot = json.load(open(sys.argv[2]))
		cells = 0
		for figure in "throughput_gbit_s", "cpu_total_percent", "roi_cpu_rx":
		    for row in pivot[figure]:
		        for read in "4K", "64K", "256K":
		            line = flat[f"rx={row['rx']},tx=copy,read={read}"]
		            for part in "", "_low", "_high":
		                assert row[f"read={read}{part}"] == line[figure + part], (row, line)
		            assert row[f"read={read}_why"] is None
		            cells += 1
		assert cells == 18, cells
	END
}

@test "figures of ten digits stand in a unit that can be read, the same in all columns, and are as exact as ever for programs" {
	for gbit in 16 0.008; do
		synthetic "$dir/rx=copy,tx=copy,read=$gbit/run-1.csv" read=$gbit configuration="rx=copy,tx=copy,read=$gbit" gbit=$gbit
	done
	run -0 "$zcroi" table --rows read --value bytes=rx-path.bytes "$dir"
	echo "$output"
	[[ $(flat) == "read bytes GB/s "*" 0.008 0.001000 16 2"* ]]
	run -0 "$zcroi" table --rows rx --cols read --value bytes=rx-path.bytes "$dir"
	echo "$output"
	[[ $(flat) == *" GB/s GB/s "*" copy 0.001000 2"* ]]
	"$zcroi" table --rows rx --cols read --value bytes=rx-path.bytes --format csv "$dir" 2>"$dir.err" | grep -q '^copy,1000000,.*,2000000000,'
}

@test "a percentile of a histogram that has too few for one is absent for that reason" {
	for i in 1 2 3; do
		synthetic "$dir/few/run-$i.csv" repeat=$i read=4K rx_calls=50 rx_ns=100
		synthetic "$dir/many/run-$i.csv" repeat=$i read=8K rx_calls=500 rx_ns=100
	done
	run -0 "$zcroi" table --rows read --value p99=rx-path.receive_size@p99 "$dir"
	echo "$output"
	[[ $(flat) == *"4K not measured [1] 8K "[1-9]*"[1] a percentile stands where at least one was slower: p99 takes 100"* ]]
}

@test "two experiments stand side by side where that is asked for, else apart" {
	experiment
	mv "$dir" "$dir.one"
	experiment
	mv "$dir" "$dir.two"
	cd "$BATS_TEST_TMPDIR"
	for i in 1 2 3; do
		synthetic "out.two/rx=copy,tx=copy,read=4K/run-$i.csv" repeat=$i read=4K configuration="rx=copy,tx=copy,read=4K" gbit=7$i
	done
	run "$zcroi" table --rows rx,read --cols experiment --value T out.one out.two
	echo "$output"
	[ "$(grep -c '^T' <<<"$output")" -eq 1 ]
	[[ $(flat) == *"rx read experiment=out.one experiment=out.two "*" copy 4K 42."*" 72."* ]]
	run "$zcroi" table --rows rx,read --value T out.one out.two
	[[ $(flat) == *"out.one "*" out.two "* ]]
}

@test "four formats, rows and columns in the order of numbers or of the plan" {
	experiment
	run "$zcroi" table --rows rx --cols read --value T "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ ${lines[1]} =~ ^rx\ +read=4K\ +read=64K\ +read=256K$ ]]
	[[ ${lines[4]} == "copy "*"42.20 (42.0..42.4) "* ]]
	for format in csv json md; do
		run --separate-stderr "$zcroi" table --rows rx --cols read --value T --format $format "$dir"
		[ "$status" -eq 0 ]
		[[ $output == *copy*42.2* ]]
	done
	printf '%s\n' '# zcprof' 'read 256K,4K,64K' 'rx uring,copy' >"$dir/plan"
	run --separate-stderr "$zcroi" table --rows rx --cols read --value T --format csv "$dir"
	[[ ${lines[0]} == rx,read=256K,read=256K_low,read=256K_high,read=256K_why,read=4K,* ]]
	[[ ${lines[1]} == uring,* ]]
}

@test "what varies beside rows and columns makes tables of its own, and no cell mixes" {
	experiment
	run "$zcroi" table --rows rx --value T,rx-path.bytes,tx-tcp.rtt:0,kernel "$dir"
	[ "$status" -eq 2 ]
	[[ $output == *"--value T,rx-path.bytes,tx-tcp.rtt:0,kernel: expected T, C, P, ROI"* ]]
	run "$zcroi" table --rows rx --value T,rx-path.bytes,tx-tcp.rtt:0 "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -cx 'read=[0-9]*K' <<<"$output")" -eq 3 ]
	# 44.2 Gbit/s are 5525 MB/s, and the mean of 21, 22 and 23 us is 22.
	[[ $output == *"copy   44.20 (44.0..44.4)  5.525 (5.49..5.56)  22.00 (19.6..24.6)"* ]]
	# Two kernels in one configuration, and two configurations in one cell.
	synthetic "$dir/rx=copy,tx=copy,read=4K/run-4.csv" configuration=rx=copy,tx=copy,read=4K \
		repeat=4 read=4K kernel=7.2
	run "$zcroi" table --rows kernel,read --cols rx --value T "$dir"
	echo "$output"
	[[ $output == *"several  4K  "* ]]
	run "$zcroi" table --rows rx --cols tx --value T "$dir/rx=copy,tx=copy,read=4K" "$dir/rx=copy,tx=copy,read=64K"
	echo "$output"
	[[ $output == *read=4K*read=64K* ]]
	rm "$dir/rx=copy,tx=copy,read=4K/run-4.csv"
	synthetic "$dir/x/run-1.csv" configuration=x read=4K
	synthetic "$dir/y/run-1.csv" configuration=y read=4K
	run "$zcroi" table --rows rx --value T --where read=4K "$dir/x" "$dir/y"
	echo "$output"
	[ "$(grep -c '^copy ' <<<"$output")" -eq 2 ]
	run "$zcroi" table --rows configuration --value T --where read=4K,64K "$dir"
	[ "$(grep -c '^rx=' <<<"$output")" -eq 4 ]
}

@test "--where leaves out of a plain table too, and what it leaves out is in no remark" {
	experiment
	run -0 "$zcroi" table --where read=4K --sort throughput --format csv "$dir"
	[ "$(grep -c '^"rx=[a-z]*,tx=[a-z]*,read=4K"' <<<"$output")" -eq 2 ]
	[[ $output != *read=64K* && $output != *read=256K* ]]
	run -0 "$zcroi" table --where read=4K --where rx=uring --flat --format csv "$dir"
	[ "$(grep -c '^"rx=' <<<"$output")" -eq 1 ]
	run -1 "$zcroi" table --where rx=nope "$dir"
	[[ $output == *"--where rx=nope: no configuration has that; there is copy, uring"* ]]
	# Each holds of some, and both of none.
	rm -r "$dir"/rx=uring,tx=copy,read=4K
	run -1 "$zcroi" table --where read=4K --where rx=uring "$dir"
	[[ $output == *"no configuration has all of what is asked for"* ]]
}

@test "a cell without a figure says why, and so does a row" {
	experiment
	rm -r "$dir/rx=uring,tx=copy,read=256K"
	refused rx=zcrx,tx=copy,read=4K zcrx 4K cannot "--nic is missing, and so on"
	printf '%s\n' 'rx copy,uring,zcrx' 'tx copy' 'skip rx=zcrx,devmem tx!=send_zc read=64K' >"$dir/plan"
	refused rx=copy,tx=copy,read=4K copy 4K failed "older than its runs"
	run "$zcroi" table --rows rx --cols read --value T "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"zcrx  "*"cannot run [2]         skipped [3]               - [1]"* ]]
	[[ $(flat) == *"[1] the experiment has no such configuration [2] rx: --nic is missing, and so on [3] the plan says skip rx=zcrx,devmem tx!=send_zc read=64K"* ]]
	[[ $output != *"older than"* ]]
	run --separate-stderr "$zcroi" table --rows rx --cols read --value T --format json "$dir"
	python3 - <<-END
		import json
		rows = {r["rx"]: r for r in json.loads('''$output''')["throughput_gbit_s"]}
		assert rows["zcrx"]["read=4K"] is None
		assert rows["zcrx"]["read=4K_why"] == "rx: --nic is missing, and so on"
		assert rows["uring"]["read=256K_why"] == "the experiment has no such configuration"
	END
	# The plain table has what cannot run as a line, and not what nobody asked for.
	run "$zcroi" table "$dir"
	echo "$output"
	[[ $output == *"rx=zcrx,tx=copy,read=4K "*" 0  cannot run"* ]]
	[[ $(flat) == *"Not run: rx=zcrx,tx=copy,read=4K: rx: --nic is missing, and so on."* ]]
	[[ $output != *"read=64K "*"skipped"* ]]
	for file in "$dir"/refused/*.csv; do
		run "$zcroi" check "$file"
		echo "$output"
		[ "$status" -eq 0 ]
	done
}

@test "the plan in the directory says how, unless it is asked otherwise" {
	experiment
	printf '%s\n' 'rx copy,uring' 'table rows=rx cols=read value=T' \
		'table rows=rx,tx value=C,ROI where=read=64K' >"$dir/plan"
	run "$zcroi" table "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == T ]]
	[ "$(grep -c '^copy *copy' <<<"$output")" -eq 1 ]
	run --separate-stderr "$zcroi" table --format json "$dir"
	python3 -c 'import json, sys
assert list(json.load(sys.stdin))[:2] == ["1: throughput_gbit_s", "2"]' <<<"$output"
	run "$zcroi" table --flat "$dir"
	[[ ${lines[0]} == "configuration "* ]]
	run "$zcroi" table --sort throughput "$dir"
	[[ ${lines[0]} == "configuration "* ]]
	run "$zcroi" table --rows tx --cols read "$dir"
	[[ $output != *"copy   copy"* ]]
	echo 'table rows=rx colour=red' >>"$dir/plan"
	run "$zcroi" table "$dir"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *'/plan: "table rows=rx colour=red": expected rows=, cols=, value= or where=; mend it, or give --flat'* ]]
	# What is too long is none that is a little shorter.
	long=$(printf '%0300d' 0)
	run -2 "$zcroi" table --where "read=$long" "$dir"
	[[ $output == *"a list of values has 255 characters at most"* ]]
	printf '%s\n' 'rx copy,uring' "table rows=rx value=T,C$long$long" >"$dir/plan"
	run -1 "$zcroi" table "$dir"
	[[ $output == *"a word has 511 characters at most"* ]]
}

@test "a key with a slash, alone and by another figure; and every table of the studies is understood" {
	synthetic "$BATS_TEST_TMPDIR/keys/one/run-1.csv" repeat=1 gbit=8 components="task/memory=3e9 softirq/netdev=1e9"
	run --separate-stderr "$BUILD/zcroi" table "$BATS_TEST_TMPDIR/keys" --format csv --rows rx \
		--value 'm=rx-profile.component:task/memory,by=rx-profile.component:task/memory/rx-profile.component:softirq/netdev'
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	# Three of ten seconds of the window's CPU, and three times what the other has.
	[[ ${lines[1]} == copy,30,*,3,* ]]
	for study in studies/*.plan; do
		grep '^table ' "$study" >"$BATS_TEST_TMPDIR/keys/plan" || continue
		run "$BUILD/zcroi" table "$BATS_TEST_TMPDIR/keys"
		echo "$study: $output"
		[[ $output != *"expected T, C"* ]]
	done
}

@test "what zcpath alone knows is not measured of a process that it was attached to; what is not copied there is" {
	synthetic "$dir/one/run-1.csv" configuration=one
	sed -i '0,/,fact,kernel,/s/^.*,fact,kernel,.*/&\n,rx,fact,attached,,iperf3 -s,/; /bytes_zerocopy\|bytes_copied/d' "$dir/one/run-1.csv"
	run "$zcroi" table --rows rx --value T,lost,p99,zerocopy-rx "$dir"
	echo "$output"
	[[ $(flat) == *"not measured [1]"*"not measured [1]"*"attached"*"[1] of a process that zcprof did not start it is not known: zcpath alone numbers"* ||
		$(flat) == *"No configuration has the figures for"*"of a process that zcprof did not start it is not known: zcpath alone numbers"* ]]
	[[ $(flat) != *"attached"*"attached"*"attached: 1 run"* ]]
}
