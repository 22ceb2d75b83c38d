#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lab/page-pool without a machine: how it is called, and what it makes of what the kernel says. What the benchmark finds is
# tests/lab/page_pool.bats.

bats_require_minimum_version 1.5.0

setup() {
	dir=$BATS_TEST_TMPDIR
	cd "$BATS_TEST_DIRNAME/../.." || return
	# Nothing is fetched: these are all kernels that there are.
	export XDG_CACHE_HOME=$dir/cache
	mkdir -p "$dir/cache/zcprof/lab"
	echo "7.2 linux-image-7.2.1-amd64 7.2.1-1" >"$dir/cache/zcprof/lab/kernels"
}

# A source of the kernel whose benchmark is "built" by a Makefile, and a machine that says what is in $dir/log.
stand_ins() {
	local source=$dir/source/tools/testing/selftests/net/bench/page_pool
	cp -r lab "$dir/"
	mkdir -p "$dir/tools" "$source" "$dir/build/headers" "$dir/build/bin"
	cp tools/attended "$dir/tools/"
	echo "int benchmark;" >"$source/bench_page_pool_simple.c"
	printf 'modules:\n\tcp $(M)/bench_page_pool_simple.c $(M)/bench_page_pool.ko\n' >"$dir/build/headers/Makefile"
	printf '#!/bin/bash\necho %s/$1\n' "$dir" >"$dir/lab/kernel"
	cat >"$dir/lab/vm" <<-'END'
		#!/bin/bash
		dir=$(dirname "$0")/..
		echo "$*" >"$dir/called"
		[ -s "$(sed "s/.*insmod '\([^']*\)'.*/\1/" <<<"$*")" ] || exit 9
		cat "$dir/log"
		exit "$(cat "$dir/code")"
	END
	echo "${1-0}" >"$dir/code"
	cat >"$dir/log"
}

@test "what the kernel's log says becomes CSV; the kernel, the loops and the machine's options are passed on" {
	stand_ins <<-END
		[    0.000000] Linux version 7.2.1
		[    3.120000] bench_page_pool: Type:for_loop Per elem: 1 cycles(tsc) 0.771 ns (step:0) - (measurement period time:0.007 sec time_interval:7) - (invoke count:10000000 tsc_interval:3)
		[    3.130000] bench_page_pool: time_bench_page_pool01_fast_path(): Cannot use page_pool fast-path
		[    3.140000] bench_page_pool: Type:no-softirq-page_pool01 Per elem: 33 cycles(tsc) 12.009 ns (step:0) - (measurement period time:0.012 sec time_interval:12) - (invoke count:1000000 tsc_interval:3)
	END
	LOOPS=77 run --separate-stderr "$dir/lab/page-pool" 7.3 --clock instructions --cpus 1
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	[ "$output" = $'what,ns\nfor_loop,0.771\nno-softirq-page_pool01,12.009' ]
	[ -z "$stderr" ]
	[[ $(cat "$dir/called") == "--kernel 7.3 --clock instructions --cpus 1 -- sh -c insmod '"*"' loops=77 && dmesg" ]]
	# 7.2 where none is named.
	run "$dir/lab/page-pool" --clock instructions
	[[ $(cat "$dir/called") == "--kernel 7.2 --clock instructions -- sh -c "*" loops=100000 "* ]]
}

@test "a benchmark that does not build or load, and a machine that dies: its words, one sentence, its exit code" {
	stand_ins 1 <<<"insmod: ERROR: could not insert module bench_page_pool.ko: Invalid module format"
	run --separate-stderr "$dir/lab/page-pool"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[ "$stderr" = "$(cat "$dir/log")"$'\nlab/page-pool: the benchmark did not come to its end' ]
	# Figures of a machine that died in the middle are not all there are.
	stand_ins 125 <<<"Type:for_loop Per elem: 1 cycles(tsc) 0.771 ns (step:0)"
	run --separate-stderr "$dir/lab/page-pool"
	[ "$status" -eq 125 ]
	[ -z "$output" ]
	echo "nothing" | stand_ins 0
	run "$dir/lab/page-pool"
	[ "$status" -eq 1 ]
	printf 'modules:\n\techo no such header; false\n' >"$dir/build/headers/Makefile"
	run --separate-stderr "$dir/lab/page-pool"
	[ "$status" -eq 3 ]
	[[ $stderr == *"no such header"*"lab/page-pool: the benchmark of page_pool does not build for Linux 7.2" ]]
}

@test "wrong usage, --help, and kernels that there are not or that have no such benchmark" {
	for wrong in "7.2 --kernel 7.3" "7.2 -- uname" "--kernel 7.3"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr lab/page-pool $wrong
		echo "$wrong: $status $stderr"
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[[ $stderr == "lab/page-pool [KERNEL] [OPTION OF lab/vm...] "* ]]
	done
	for loops in 0 -1 1e6 429496730 99999999999999999999 '1; reboot'; do
		LOOPS=$loops run --separate-stderr lab/page-pool
		[ "$status" -eq 2 ]
		[ "$stderr" = "lab/page-pool: LOOPS is how many pages, from 1 to 429496729, and not '$loops'" ]
	done
	run --separate-stderr lab/page-pool --help
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ $output == "lab/page-pool [KERNEL] [OPTION OF lab/vm...] "*LOOPS=100000* ]]
	run --separate-stderr lab/page-pool 6.12
	[ "$status" -eq 3 ]
	[ "$stderr" = "lab/page-pool: the source of Linux 6.12 has no benchmark of page_pool: it came with 6.17" ]
	for kernel in 9.9 nonsense; do
		run --separate-stderr lab/page-pool $kernel
		echo "$stderr"
		[ "$status" -eq 3 ]
		[ "$stderr" = "lab/kernel: the archive has no kernel $kernel; lab/kernel list shows what it has" ]
	done
}
