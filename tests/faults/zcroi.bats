#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What zcroi says of records and command lines that are wrong: one sentence, the right exit code.

load ../host/synthetic

setup() {
	zcroi=$BUILD/zcroi
	dir=$BATS_TEST_TMPDIR
}

# One line on standard error that holds $1, and exit code 1.
one_sentence() {
	echo "$output"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ ${lines[0]} == "zcroi: "*"$1"* ]]
}

@test "an empty directory" {
	mkdir "$dir/empty"
	for command in table "show facts"; do
		run "$zcroi" $command "$dir/empty"
		one_sentence "holds no finished run"
	done
	touch "$dir/empty/run-1.csv.part"
	run "$zcroi" table "$dir/empty"
	one_sentence "only .part files and what is no record"
}

@test "nothing there" {
	run "$zcroi" table "$dir/none"
	one_sentence "cannot read $dir/none: No such file or directory"
	run "$zcroi" diff "$dir/none" "$dir/none"
	one_sentence "cannot read"
	run "$zcroi" check "$dir/none"
	one_sentence "cannot read"
}

@test "a record that is cut off, or is none, is refused by file and line" {
	synthetic "$dir/good/run-1.csv"
	mkdir "$dir/bad"
	head -c -8 "$dir/good/run-1.csv" >"$dir/bad/run-1.csv"
	for command in table "show facts" check; do
		run "$zcroi" $command "$dir/bad/run-1.csv"
		one_sentence "$dir/bad/run-1.csv:"
	done
	run "$zcroi" diff "$dir/good" "$dir/bad"
	one_sentence "$dir/bad/run-1.csv:"
	head -c 10000 /dev/urandom >"$dir/bad/run-1.csv"
	run "$zcroi" table "$dir/bad"
	[ "$status" -eq 1 ]
}

@test "what a killed run left can be looked at" {
	synthetic "$dir/run-1.csv" rx_calls=100 rx_ns=2000
	head -c -8 "$dir/run-1.csv" >"$dir/run-1.csv.part"
	run "$zcroi" show syscalls "$dir/run-1.csv.part"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "zcroi: warning: $dir/run-1.csv.part:"*"what came before is all there is" ]]
	[[ ${lines[-1]} == "recv "* ]]
	run "$zcroi" check "$dir/run-1.csv.part"
	[ "$status" -eq 1 ]
}

@test "an empty file" {
	: >"$dir/run-1.csv"
	run "$zcroi" check "$dir/run-1.csv"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "runs of several configurations have no mean" {
	synthetic "$dir/out/a/run-1.csv" configuration=a
	synthetic "$dir/out/b/run-1.csv" configuration=b
	run "$zcroi" show facts "$dir/out"
	one_sentence "name one of them, such as '$dir/out/a'"
}

@test "wrong usage is exit code 2" {
	synthetic "$dir/run-1.csv"
	for args in "" "nothing" "table" "show" "show facts" "show nothing $dir" "diff" "diff $dir" \
		"diff : $dir" "diff $dir $dir $dir" "check" "table --format xml $dir" "table --exponent 0 $dir" \
		"table --exponent 2, $dir" "table --exponent x $dir" "diff --margin -1 $dir $dir" \
		"diff --margin 100% $dir $dir" "table --sort x $dir" "show facts --lines -1 $dir" \
		"table --nonsense $dir"; do
		run "$zcroi" $args
		echo "$args: $status: $output"
		[ "$status" -eq 2 ]
	done
}

@test "standard output that takes nothing" {
	[ -w /dev/full ] || skip "there is no /dev/full"
	synthetic "$dir/run-1.csv"
	run bash -c "'$zcroi' table '$dir' 2>&1 >/dev/full"
	one_sentence "cannot write to standard output"
	run bash -c "'$zcroi' check '$dir/run-1.csv' 2>&1 >/dev/full"
	one_sentence "cannot write to standard output"
}

# A sound record, after sed has been at it.
damaged() {
	synthetic "$dir/run-1.csv" rx_calls=100 rx_ns=2000
	sed -i "$1" "$dir/run-1.csv"
	run "$zcroi" check "$dir/run-1.csv"
}

@test "check does not go on for ever" {
	synthetic "$dir/run-1.csv"
	for i in {1..30}; do
		echo ",rx,syscalls,latency,recv:1025,1,calls" >>"$dir/run-1.csv"
	done
	run "$zcroi" check "$dir/run-1.csv"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 21 ]
	[[ ${lines[20]} == *"not read further, after 20 complaints" ]]
}

@test "check finds what is wrong" {
	damaged '2d'
	one_sentence "expected the fact record_version in the first row"
	damaged '2s/,1,$/,9,/'
	one_sentence 'expected record version 1, found "9"'
	damaged '/,rx,path,bytes_life/d'
	one_sentence "bytes_life of both ends is needed"
	damaged '/,rx,path,bytes_life/s/,[0-9]*,bytes$/,7,bytes/'
	one_sentence "tx sent 55000000000 bytes and rx received 7 (bytes_life)"
	damaged '/,tx,path,bytes,/d'
	one_sentence "no figures of the end tx over the window"
	damaged '/,tx,path,bytes_copied/s/,[0-9]*,bytes$/,7,bytes/'
	one_sentence "zero-copy and copied bytes of tx add up to 7, which is not the 50000000000"
	damaged 's/recv:1024,100/recv:1024,99/'
	one_sentence "rx recv: 100 calls, but 99 in the histogram of their times"
	damaged 's/recv:1024/recv:1025/'
	[[ ${lines[0]} == *'expected a key that ends in the edge of a bucket, found "recv:1025"'* ]]
	damaged 's/,bytes_life,,[0-9]*,bytes$/&\n,rx,fact,option,late,1,/'
	[[ ${lines[0]} == *"a fact after the first figure in line"* ]]
	damaged 's/,host,fact,kernel.*/&\n,rx,collector,absent,syscalls,no BPF,/'
	one_sentence "syscalls is said to be absent at rx, but has 8 rows"
	damaged 's/,host,fact,kernel.*/&\n,rx,collector,absent,tcp,every flow was closed,\n0.5,rx,tcp,rtt,0,20,us/'
	[ "$status" -eq 0 ]
	damaged 's/,ns$/,us/'
	one_sentence 'expected the unit "ns", found "us"'
}

# rx and tx of a whole record over 10 s on two CPUs, with NAME=VALUE put in place of a figure.
two_ends() {
	awk -v set="$*" 'BEGIN {
		v["rx"] = v["tx"] = 50e9; v["busy"] = 100; v["thread"] = 9e9; v["component"] = 9e9; v["step"] = 1e9; v["window"] = 10e9
		n = split(set, one, " ")
		for (i = 1; i <= n; i++) { split(one[i], pair, "="); v[pair[1]] = pair[2] }
		print "time_s,end,source,metric,key,value,unit\n,host,fact,record_version,,1,"
		for (i = 1; i <= 2; i++) {
			e = i == 1 ? "rx" : "tx"
			printf "1.000000,%s,path,bytes,,%.0f,bytes\n", e, v["step"]
			printf ",%s,path,bytes,,%.0f,bytes\n,%s,path,bytes_zerocopy,,0,bytes\n,%s,path,bytes_copied,,%.0f,bytes\n", e, v[e], e, e, v[e]
			printf ",%s,path,bytes_life,,60000000000,bytes\n,%s,path,window_ns,,%.0f,ns\n", e, e, i == 1 ? v["window"] : 10e9
		}
		printf ",host,cpu,idle,0,1,ns\n,host,cpu,idle,1,1,ns\n,host,cpu,busy,,%s,%%\n", v["busy"]
		printf ",rx,cpu,thread,a/1,%.0f,ns\n,host,profile,period,,1000000,ns\n,rx,profile,component,task/tcp,%.0f,ns\n", v["thread"], v["component"]
		printf ",host,profile,component,idle/idle,90000000000,ns\n"
		if ("twice" in v) print ",rx,cpu,thread,a/1,5,ns"
	}' >"$dir/x.csv"
}

@test "check: figures that contradict each other, and rows that are there twice; table says which run" {
	two_ends
	"$BUILD/zcroi" check "$dir/x.csv"
	two_ends thread=14e9
	run "$BUILD/zcroi" check "$dir/x.csv"
	[ "$status" -eq 1 ]
	[[ $output == *": threads used 14.000 s of CPU time, but the CPUs were busy for 10.000 s"* ]]
	run "$BUILD/zcroi" table "$dir/x.csv"
	[ "$status" -eq 0 ]
	[[ ${output//[$'\n ']/} == *"x.csvdoesnotaddup,andiscountedallthesame:threadsused14.000s"* ]]
	run "$BUILD/zcroi" diff "$dir/x.csv" "$dir/x.csv"
	[[ ${output//[$'\n ']/} == *"x.csvdoesnotaddup,andiscountedallthesame:threadsused14.000s"* ]]
	two_ends component=25e9
	run "$BUILD/zcroi" check "$dir/x.csv"
	[[ $output == *"components add up to 25.000 s of CPU time, but the CPUs were busy for 10.000 s" ]]
	two_ends tx=60e9
	run "$BUILD/zcroi" check "$dir/x.csv"
	[[ $output == *"tx sent 60000000000 bytes in the window, but rx received 50000000000"* ]]
	two_ends step=60e9
	run "$BUILD/zcroi" check "$dir/x.csv"
	[[ $output == *"rows inside the window of rx path.bytes add up to 60000000000, all of it to 50000000000"* ]]
	two_ends window=5e9
	run "$BUILD/zcroi" check "$dir/x.csv"
	[[ $output == *"the window of one end is 10.000 s long, that of the other 5.000 s" ]]
	two_ends twice=1
	run "$BUILD/zcroi" check "$dir/x.csv"
	[ "$status" -eq 1 ]
	[[ $output == *': rx cpu.thread "a/1" stands in line '*' already' ]]
	run "$BUILD/zcroi" show threads "$dir/x.csv"
	[[ $output == *"1 figures stand there twice"* ]]
}
