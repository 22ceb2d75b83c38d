#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the talk "The Battle of the ZCs" found, seen on the kernel's own zero-copy paths: each as runs
# before and after, whose records say it. Run in the lab's machine:
#
#   lab/run --mtu 4148 --timeout 900 --out DIR -- env BUILD="$PWD/build" bats tests/lab/findings.bats
#
# The records are left in DIR. REPEAT and SECONDS_EACH make more and longer runs of it.

bats_require_minimum_version 1.5.0
load runs

setup() {
	runs_setup
}

teardown() {
	runs_teardown
}

@test "buffers given back in batches: fewer setsockopt calls, and less time in them" {
	experiment batch --rx devmem --rx-batch 1,128 --collect cpu,syscalls
	one="$OUT/batch/rx=devmem,tx=devmem,batch=1"
	many="$OUT/batch/rx=devmem,tx=devmem,batch=128"
	for what in calls total_ms; do
		a=$(per_gb "$(shown "$one" syscalls rx,setsockopt $what)" "$one")
		b=$(per_gb "$(shown "$many" syscalls rx,setsockopt $what)" "$many")
		beside "setsockopt $what per GB, batches of 1 and 128" "" "$a" "$b"
		if [ $what = calls ]; then
			less "$a" "$b" 0.02
		else
			less "$a" "$b" 0.9
		fi
	done
}

@test "reads of 512 KiB and 64 MiB: what is recycled, and what goes to gen_pool" {
	experiment read --rx devmem --rx-read 512K,64M --rx-rcvbuf 32M --rx-area 64M --collect pagepool,genpool,syscalls --exact
	short="$OUT/read/rx=devmem,tx=devmem,read=512K"
	long="$OUT/read/rx=devmem,tx=devmem,read=64M"
	for dir in "$short" "$long"; do
		"$BUILD/zcroi" show genpool "$dir" >&3 2>&1
		"$BUILD/zcroi" show pagepool "$dir" 2>/dev/null | grep -E "rx-3|task|softirq" >&3 
		"$BUILD/zcroi" show syscalls "$dir" 2>/dev/null >&3 
	done
}

@test "NO_IOWAIT: waiting for zcrx's completions is idle time, not iowait" {
	experiment iowait --rx zcrx --rx-no-iowait=yes,no --rx-cpu 1 --tx-cpu 0 --tx-pacing 200M --collect cpu,iowait
	for dir in "$OUT"/iowait/rx=*; do
		"$BUILD/zcroi" show cpu "$dir" >&3 2>&1
		"$BUILD/zcroi" show iowait "$dir" >&3 2>&1
	done
}
