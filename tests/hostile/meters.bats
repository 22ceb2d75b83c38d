#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A meter that says what no meter should: the record is whole, and has power only where that can be.

load ../host/zcprof_run

setup() {
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	sleep 100 3>&- &
	started=$!
}

teardown() {
	kill -9 "$started" 2>/dev/null || :
}

# measured POWER: a record, whatever the meter says
measured() {
	rm -f "$dir/run.csv"
	run timeout 20 zcprof attach --pid "$started" --as tx --collect cpu,power --warmup 0.2 --seconds 0.4 \
		--power "$1" -o "$dir/run.csv"
	echo "$1: $status: $output"
	[ "$status" -eq 0 ]
	is_record "$dir/run.csv"
	zcroi check "$dir/run.csv"
}

@test "numbers that cannot be: no power, with the reason, and all the rest" {
	for figure in 1.7e308 1e7 -5 nan inf -inf watts "" 0x1p2000 "5 6" 1e400 '$(id)'; do
		printf '%s\n' "$figure" >"$dir/figure"
		measured "cmd:cat $dir/figure; sleep 0.05"
		! grep -q ',power,mean,' "$dir/run.csv" || false
		grep -q '^,host,collector,absent,power,' "$dir/run.csv"
	done
}

@test "a bad line among good ones is said, and power is by the others" {
	measured "cmd:while :; do echo 50; sleep 0.05; echo 1.7e308; echo 50 W; sleep 0.05; done"
	[[ "$output" == *"lines that are no number of watts, such as '1.7e308'"* ]]
	[ "$(value "$dir/run.csv" tx power mean cmd || value "$dir/run.csv" host power mean cmd)" = 50 ]
}

@test "lines without an end, floods, silence and ends: neither memory nor time without a bound" {
	measured "cmd:tr '\\0' 5 </dev/zero"
	grep -q '^,host,collector,absent,power,' "$dir/run.csv"
	measured "cmd:yes 5"
	measured "cmd:cat /dev/urandom"
	measured "cmd:sleep 100"
	measured "cmd:exit 3"
	measured "cmd:printf '5\\0junk\\n\\033[31m\\n'; sleep 0.05"
	[[ "$output" != *$'\033'* ]]
}

@test "a log that cannot be one: no power, with the reason" {
	mkfifo "$dir/fifo"
	ln -s /dev/zero "$dir/zero"
	printf '1,5\n0,5\n' >"$dir/back.csv"
	printf '1e308,5\n2e308,5\n' >"$dir/far.csv"
	printf '1,1.7e308\n' >"$dir/much.csv"
	head -c 100000 /dev/zero | tr '\0' 5 >"$dir/long.csv"
	for log in fifo zero back.csv far.csv much.csv long.csv . missing; do
		measured "csv:$dir/$log"
		! grep -q ',power,mean,' "$dir/run.csv" || false
		grep -q '^,host,collector,absent,power,' "$dir/run.csv"
	done
}
