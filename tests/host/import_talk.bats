#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Tables as those of "The Battle of the ZCs", made up: two CPUs, the sender, smaller reads, HW GRO, io_uring. What its authors
# would conclude by hand is what zcroi explain says.

bats_require_minimum_version 1.5.0

# report FILE PERCENT-COMMAND-SYMBOL…: as perf report --stdio prints it, cut off below the last
report() {
	local file=$1
	shift
	{
		printf "# Samples: 100K  of event 'cpu-cycles'\n# Event count (approx.): 92673468822\n#\n"
		printf '# Overhead  Command      Shared Object     Symbol\n# ........  ...........  ................  .......\n#\n'
		printf '%s\n' "$@" | sort -rn | tr - ' ' |
			awk '{ printf "    %5.2f%%  %-11s  [kernel.vmlinux]  [k] %s\n", $1, $2, $3 }'
	} >"$file"
}

# trace FILE CALL-CALLS-MSEC…: as perf trace -s prints it
trace() {
	local file=$1
	shift
	{
		printf '\n Summary of events:\n\n tcpzc2 (6557), 3564035 events, 100.0%%\n\n'
		printf '   syscall            calls  errors  total       min       avg       max       stddev\n'
		printf '                                     (msec)    (msec)    (msec)    (msec)        (%%)\n'
		printf '   --------------- --------  ------ -------- --------- --------- ---------     ------\n'
		printf '%s\n' "$@" | tr - ' ' | awk '{ printf "   %-15s %8d %7d %9.3f %9.3f %9.3f %9.3f %9.2f%%\n", $1, $2, 0, $3, 0.001, $3 / $2, 150, 1.2 }'
	} >"$file"
}

# record NAME GBIT END OPTION…: of NAME.trace and NAME.report
record() {
	mkdir -p "$1"
	"$BUILD/zcroi" import --end "$3" --throughput "$2G" --seconds 100 "${@:4}" "$1.trace" "$1.report" -o "$1/run-1.csv"
}

# caused A B: what explain names first, and where
caused() {
	"$BUILD/zcroi" explain --format json "$1" "$2" | jq -r '.causes[0] | "\(.id) \(.end)"'
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "two CPUs: what gives buffers back takes the lock of the pool by itself" {
	trace one.trace setsockopt-470000-52000 recvmsg-480000-36000 epoll_wait-21000-6100
	trace two.trace setsockopt-480000-21000 recvmsg-560000-51000 epoll_wait-60000-16100
	report one.report 9.1-zc-gen_pool_free_owner 8.2-zc-gen_pool_has_addr 6.2-ksoftirqd/0-tcp_gro_receive 6.1-zc-tcp_recvmsg_dmabuf \
		4.4-zc-_raw_spin_lock_bh 3.1-ksoftirqd/0-skb_gro_receive
	report two.report 3.4-zc-gen_pool_free_owner 3.0-zc-gen_pool_has_addr 7.6-ksoftirqd/0-tcp_gro_receive 8.8-zc-tcp_recvmsg_dmabuf \
		3.9-ksoftirqd/0-skb_gro_receive
	record one 118.47 rx --cpus 0-1 --busy 190
	record two 128.77 rx --cpus 0-1 --busy 195
	[ "$(caused one two)" = "token_lock rx" ]
	# What HW GRO does to it: 128.77 to 117.2.
	cp two.trace hw.trace
	report hw.report 7.9-zc-page_pool_put_unrefed_netmem 6.3-ksoftirqd/0-page_pool_put_unrefed_netmem 5.1-zc-_raw_spin_lock_bh \
		4.9-ksoftirqd/0-_raw_spin_lock 3.4-zc-gen_pool_free_owner 8.8-zc-tcp_recvmsg_dmabuf 3.0-zc-gen_pool_has_addr
	record hw 117.2 rx --cpus 0-1 --busy 198
	[ "$(caused two hw)" = "header_pages rx" ]
}

@test "reads of 512 KiB: buffers come back too late" {
	trace small.trace setsockopt-1500000-51000 recvmsg-1650000-41000 epoll_wait-4000-900
	report small.report 13.5-zc-gen_pool_has_addr 11.8-zc-gen_pool_free_owner 10.1-zc-gen_pool_alloc_algo_owner \
		5.3-zc-tcp_recvmsg_dmabuf 5.1-zc-tcp_gro_receive 4.2-zc-get_page_from_freelist 3.1-zc-put_cmsg
	trace large.trace setsockopt-294394-60365 recvmsg-206570-30241 epoll_wait-4889-1095
	report large.report 8.82-zc-gen_pool_has_addr 7.8-zc-gen_pool_free_owner 6.48-zc-gen_pool_alloc_algo_owner \
		7.04-zc-tcp_recvmsg_dmabuf 6.52-zc-tcp_gro_receive 4.25-zc-put_cmsg 0.74-zc-napi_build_skb
	record small 57.1 rx --busy 100
	record large 74.39 rx --busy 100
	[ "$(caused small large)" = "late_recycling rx" ]
}

@test "the sender alone: it sends less at a time" {
	trace small.trace sendmsg-1700000-61000 epoll_wait-3000-900
	report small.report 9-zc-tcp_sendmsg_locked 8-zc-skb_zerocopy_iter_stream 3-zc-entry_SYSCALL_64_after_hwframe \
		3-zc-syscall_return_via_sysret
	trace large.trace sendmsg-440000-21000 epoll_wait-3000-900
	report large.report 7-zc-tcp_sendmsg_locked 9-zc-skb_zerocopy_iter_stream 1-zc-entry_SYSCALL_64_after_hwframe \
		1-zc-syscall_return_via_sysret
	record small 80 tx --busy 100
	record large 104 tx --busy 100
	[ "$(caused small large)" = "sends tx" ]
	[ "$("$BUILD/zcroi" table --format json large | jq '.configurations[0].throughput_gbit_s')" = 104 ]
}

@test "io_uring on one CPU and on two: one more CPU, and more calls" {
	trace one.trace io_uring_enter-1100000-30000
	report one.report 9-iou-tcp_gro_receive 5-iou-io_zcrx_recv_skb 4-iou-io_pp_zc_alloc_netmems 2-iou-skb_gro_receive
	trace two.trace io_uring_enter-10500000-60000
	report two.report 8-ksoftirqd/0-tcp_gro_receive 5-iou-io_zcrx_recv_skb 4-ksoftirqd/0-io_pp_zc_alloc_netmems 4-iou-schedule \
		3-iou-try_to_wake_up 3-iou-entry_SYSCALL_64_after_hwframe 2-ksoftirqd/0-skb_gro_receive
	record one 90 rx --cpus 0 --busy 100
	record two 118 rx --cpus 0-1 --busy 170
	[ "$(caused one two)" = "fewer_cpus rx" ]
	"$BUILD/zcroi" explain one two | grep -q 'limit  *of A: the receiver.s CPU (100 % busy)'
	# Where it brought nothing: what it is woken by.
	record two 80 rx --cpus 0-1 --busy 170
	"$BUILD/zcroi" explain --format json one two | jq -r '.causes[].id' | grep -qx enters
}
