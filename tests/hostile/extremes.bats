#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Files of others that are too large, and figures in them that nothing counts: said, and never waited for.

bats_require_minimum_version 1.5.0
load ../port

setup() {
	port=$(free_port)
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	head=time_s,end,source,metric,key,value,unit
}

# A record of two ends, with these figures.
record() {
	printf '%s\n,host,fact,record_version,,1,\n,host,fact,configuration,,%s,\n' "$head" "$2" >"$1"
	printf ',rx,path,window_ns,,%s,ns\n,rx,path,bytes,,%s,bytes\n' "$3" "$4" >>"$1"
	printf ',rx,cpu,thread,worker/7,%s,ns\n,rx,profile,sample,"task;app;f",0,samples\n' "$5" >>"$1"
}

@test "figures that no counter has are refused, with the line; the largest that are taken stay figures" {
	for figure in 1.7e308 -1.7e308 1e-320 1e37; do
		record "$dir/x.csv" a 1000000000 "$figure" 5
		run -1 zcroi table "$dir/x.csv"
		[[ $output == *"x.csv:5:"*"expected a number from -1e+36 to 1e+36, found \"$figure\""* ]]
		run -1 zcroi check "$dir/x.csv"
	done
	mkdir "$dir/a" "$dir/b"
	for figure in 1e36 -1e36 1e-36 0; do
		record "$dir/a/run-1.csv" a "$figure" 1e36 1e36
		record "$dir/a/run-2.csv" a 1 "$figure" 1e-36
		record "$dir/b/run-1.csv" b 1 1 "$figure"
		for format in text csv json md; do
			for page in "table $dir" "diff $dir/a $dir/b" "show threads $dir/a" "show components $dir/a" "show path $dir/b"; do
				# shellcheck disable=SC2086 # words
				zcroi $page --format $format >"$dir/page" 2>"$dir/heard" || :
				! grep -wiE -- '-?(nan|inf)' "$dir/page" "$dir/heard" || false
			done
		done
	done
}

@test "a plan without an end in a directory that is gone on with" {
	mkdir "$dir/out"
	truncate -s 1T "$dir/out/plan"
	run timeout 10 zcprof run --rx copy --tx copy --link loopback --port "$port" --seconds 0.1 --warmup 0 --repeat 1 --collect cpu -o "$dir/out"
	[ "$status" -eq 1 ]
	[[ $output == *"cannot read $dir/out/plan: File too large; give another directory with -o"* ]]
}

@test "a meter's log without an end" {
	truncate -s 1T "$dir/log"
	run timeout 10 zcprof attach --iface lo --as rx --seconds 0.2 --warmup 0 --collect cpu,power --power "csv:$dir/log" -o "$dir/x.csv"
	[ "$status" -eq 0 ]
	grep -q '^,host,collector,absent,power,.*File too large' "$dir/x.csv"
}

@test "a journal without an end, and others that are none, keep restore from nothing" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	# shellcheck disable=SC2016 # the inner shell's
	run timeout 20 unshare -m sh -c '
		mount -t tmpfs none /run && mkdir /run/zcprof && cd /run/zcprof || exit 9
		truncate -s 10T 1
		head -c 100000 /dev/urandom >2
		printf "zcprof-journal 99\nfile - /proc/sys/x y\n" >3
		printf "zcprof-journal 2 999999 1\nfile" >4
		mkfifo 5; mkdir 6; ln -s /etc/shadow 7
		printf "\033[2J\n" >"$(printf "8\n\033[2J")"
		exec zcprof restore'
	[ "$status" -eq 1 ]
	[[ $output == *"cannot use /run/zcprof/1: File too large; what it names is not put back"* ]]
	[[ $output == *"/run/zcprof/3 is no journal that this zcprof reads"* ]]
	[[ $output != *$'\e'* ]]
}
