#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Source genpool on traffic of device memory, against what ftrace counts. Run in the lab's machine:
#
#   BUILD=build lab/run --mtu 4148 --ring 256 -- bats tests/lab/genpool.bats

bats_require_minimum_version 1.5.0
load zcnic
load ../truth/measured.sh

TRACE=/sys/kernel/tracing

setup() {
	zcnic_setup
	measured_setup
}

teardown() {
	zcnic_teardown
	stop_all
	for trigger in "$TRACE"/events/kprobes/*/trigger; do
		[ ! -e "$trigger" ] || echo '!hist:keys=common_pid' >"$trigger"
	done
	echo >$TRACE/kprobe_events
}

# ftrace's own count of the calls, from here on.
count_calls() {
	{
		echo p:alloc net_devmem_alloc_dmabuf
		echo p:free net_devmem_free_dmabuf
	} >$TRACE/kprobe_events
	for function in alloc free; do
		echo 'hist:keys=common_pid' >$TRACE/events/kprobes/$function/trigger
	done
}

theirs() { # FUNCTION
	sed -n 's/.*hitcount: *\([0-9]*\).*/\1/p' $TRACE/events/kprobes/$1/hist | awk '{ n += $1 } END { printf "%.0f\n", n }'
}

ours() { # METRIC KEY: at all ends
	awk -F, -v metric="$1" -v key="$2" '$3 == "genpool" && $4 == metric && $5 ~ key { n += $6 }
		END { printf "%.0f", n }' "$dir/run.csv"
}

@test "calls of a whole transfer, binding to unbinding, by breakpoint, by program and by ftrace" {
	measure --exact --tx $$ genpool
	count_calls
	tell measure open
	both --path devmem --nic zcnic0 --queues 3 --read 64M --batch 1 --rcvbuf 32M -- --bytes 64M
	# Unbinding gives back what is in the rings, a moment later.
	for _ in $(seq $((10 * patience))); do
		[ "$(theirs alloc)" != "$(theirs free)" ] || break
		sleep 0.1
	done
	measured
	cat "$dir/run.csv"
	for function in alloc free; do
		echo "# $function: $(ours calls "^$function$") by breakpoint," \
			"$(ours caller_calls "net_devmem_${function}_dmabuf") by program, $(theirs $function) by ftrace;" \
			"$(ours caller_time "net_devmem_${function}_dmabuf") ns" >&3
		[ "$(theirs $function)" -ge 256 ]
		[ "$(ours calls "^$function$")" = "$(theirs $function)" ]
		[ "$(ours caller_calls "net_devmem_${function}_dmabuf")" = "$(theirs $function)" ]
		[ "$(ours caller_time "net_devmem_${function}_dmabuf")" -gt $((100 * $(theirs $function))) ]
	done
	[ "$(ours calls "^has_addr$")" = "$(theirs free)" ]
	[ "$(ours caller_calls "^softirq/net_devmem_alloc_dmabuf")" -gt 0 ]
	[ "$(ours lost "")" = 0 ]
}

@test "in slices: calls and time are about the same, and no breakpoint is in the time" {
	"$BUILD/zcprof" run --zcpath "$BUILD/zcpath" --link netns:rx,tx --rx devmem --rx-nic zcnic0 --rx-queues 3 --tx devmem \
		--rx-read 64M --rx-batch 1 --rx-rcvbuf 32M --seconds 4 --warmup 1 --repeat 1 --collect genpool,pagepool -o out
	cp out/*/run-1.csv "$dir/run.csv"
	grep genpool "$dir/run.csv"
	full=$(awk -F, '$4 == "pool_recycle_ring_full" { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")
	each=$(awk -v n="$(ours caller_calls free_dmabuf)" -v t="$(ours caller_time free_dmabuf)" 'BEGIN { print t / n }')
	echo "# free: $(ours calls "^free$") by breakpoint, $(ours caller_calls free_dmabuf) by program," \
		"$full by page_pool's statistics; $each ns each" >&3
	# Overflows of the ring come in bursts, of which slices see some.
	for figure in "$(ours calls "^free$")" "$(ours caller_calls free_dmabuf)"; do
		awk -v ours="$figure" -v theirs="$full" 'BEGIN { exit !(ours > theirs / 5 && ours < theirs * 5) }'
	done
}
