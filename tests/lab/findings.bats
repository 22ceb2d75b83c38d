#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the talk "The Battle of the ZCs" found, seen on the kernel's own zero-copy paths: each as runs
# before and after, whose records say it. Run in the lab's machine:
#
#   BUILD=build lab/run --mtu 4148 -- bats tests/lab/findings.bats
#
# The records are left in $OUT. REPEAT and SECONDS_EACH make more and longer runs of it.

bats_require_minimum_version 1.5.0
load runs

DEBUG=/sys/kernel/debug/zcnic/zcnic.0/rx3

setup() {
	runs_setup
}

@test "buffers given back in batches: fewer setsockopt calls, and less time in them" {
	experiment batch --rx devmem --rx-batch 1,128 --collect cpu,syscalls
	one="$OUT/batch/rx=devmem,tx=devmem,batch=1"
	many="$OUT/batch/rx=devmem,tx=devmem,batch=128"
	for what in calls total_ms; do
		a=$(per_gb "$(shown "$one" syscalls rx,setsockopt, $what)" "$one")
		b=$(per_gb "$(shown "$many" syscalls rx,setsockopt, $what)" "$many")
		beside "setsockopt $what per GB, batches of 1 and 128" "" "$a" "$b"
		if [ $what = calls ]; then
			less "$a" "$b" 0.02
		else
			less "$a" "$b" 0.9
		fi
	done
}

@test "reads of 512 KiB and 64 MiB: what is recycled, and what goes to gen_pool" {
	local wait=()
	# A ring that does not hold what one long read gives back. Long reads are long, for they wait until 4 MiB are there;
	# and short ones are short: the sender leaves time for each, also where the host gives a CPU none for a while.
	ip netns exec rx ethtool -G zcnic0 rx 256
	for read in 512K 64M; do
		[ $read = 512K ] || wait=(--rx-lowat 4M)
		experiment read-$read --rx devmem --rx-read $read --rx-batch 1 --rx-rcvbuf 32M "${wait[@]}" --rx-cpu 1 --tx-cpu 0 \
			--tx-pacing 100M --collect pagepool,genpool --exact
	done
	ip netns exec rx ethtool -G zcnic0 rx 1024
	short="$OUT/read-512K/rx=devmem,tx=devmem"
	long="$OUT/read-64M/rx=devmem,tx=devmem"
	for what in alloc free; do
		a=$(shown "$short" genpool calls,$what, per_gb)
		b=$(shown "$long" genpool calls,$what, per_gb)
		beside "gen_pool $what per GB, reads of 512 KiB and 64 MiB" calls "$a" "$b"
		less "$b" "$a" 0.8
	done
	for what in pool_recycle_ring_full pool_alloc_empty; do
		a=$(shown "$short" pagepool $what,zcnic0/rx-3/ per_gb)
		b=$(shown "$long" pagepool $what,zcnic0/rx-3/ per_gb)
		beside "page_pool's $what per GB" "" "$a" "$b"
		less "$b" "$a" 0.8
	done
}

@test "NO_IOWAIT: waiting for zcrx's completions is idle time, not iowait" {
	experiment iowait --rx zcrx --rx-no-iowait=no,yes --rx-cpu 1 --tx-cpu 0 --tx-pacing 200M \
		--collect cpu,iowait
	before="$OUT/iowait/rx=zcrx,tx=devmem,rx-no-iowait=no"
	after="$OUT/iowait/rx=zcrx,tx=devmem,rx-no-iowait=yes"
	a=$(shown "$before" cpu rx,1, iowait)
	b=$(shown "$after" cpu rx,1, iowait)
	c=$(shown "$before" cpu rx,1, idle)
	d=$(shown "$after" cpu rx,1, idle)
	beside "iowait of the receiver's CPU" % "$a" "$b"
	beside "idle time of the receiver's CPU" % "$c" "$d"
	less "$a" "$b" 0.1
	less "$d" "$c" 0.5
}

@test "header pages that softirqs recycle one by one take the producer lock; shared ones hardly" {
	ip netns exec rx ethtool -K zcnic0 rx-gro-hw on
	for headers in 1 2; do
		echo $headers >$DEBUG/headers
		experiment headers-$headers --rx devmem --collect holds,pagepool --exact
	done
	fault="$OUT/headers-1/rx=devmem,tx=devmem"
	cure="$OUT/headers-2/rx=devmem,tx=devmem"
	for what in holds time; do
		a=$(shown "$fault" holds holds,$what,pool_ring/softirq, per_gb)
		b=$(shown "$cure" holds holds,$what,pool_ring/softirq, per_gb)
		beside "producer lock in softirqs, $what per GB, a page for each header and several in one" "" "$a" "$b"
		less "$a" "$b" 0.5
	done
}
