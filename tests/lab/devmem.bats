#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Device memory over the software NIC, both ends; run in the lab's machine:
#
#   BUILD=build lab/run --mtu 4148 -- bats tests/lab/devmem.bats

# BYTES is what the first test moves in all (512M); 10G takes some minutes.

bats_require_minimum_version 1.5.0
load zcnic

FAULTS=/sys/kernel/debug/zcnic/zcnic.0/rx3
TRACE=/sys/kernel/tracing
COPIED=$TRACE/events/skb/skb_copy_datagram_iovec/trigger

setup() {
	zcnic_setup
	devmem=(--path devmem --nic zcnic0 --queues 3)
	bytes=$(numfmt --from=iec "${BYTES:-512M}")
	send=devmem
	$in_tx "$BUILD/zcpath" paths | grep -qE '^tx +devmem +yes' || send=copy
	count_copies
}

teardown() {
	zcnic_teardown
	on_both mtu 4148
	ip netns exec rx ethtool -K zcnic0 rx-gro-hw on
}

# What the kernel itself says that it copied out of packets, by ftrace and not by ours. That is also
# what the two ends say to one another: below 30 KB a run.
count_copies() {
	echo '!hist:keys=common_pid:vals=len' >$COPIED
	echo 'hist:keys=common_pid:vals=len' >$COPIED
}

copied() { # bytes since count_copies
	sed -n 's/.*len: *\([0-9]*\).*/\1/p' "${COPIED%trigger}hist" | awk '{ n += $1 } END { printf "%.0f", n }'
}

# The kernel's own count of the pieces of device memory that TCP was given to send.
count_pieces() {
	echo 'p:sent net_devmem_get_niov_at' >$TRACE/kprobe_events
	echo 'hist:keys=common_pid' >$TRACE/events/kprobes/sent/trigger
}

pieces() {
	sed -n 's/.*hitcount: *\([0-9]*\).*/\1/p' $TRACE/events/kprobes/sent/hist | awk '{ n += $1 } END { printf "%.0f\n", n }'
	echo '!hist:keys=common_pid' >$TRACE/events/kprobes/sent/trigger
	echo >$TRACE/kprobe_events
}

whole() { # BYTES OF: at least 99.9 %
	[ $(($1 * 1000)) -ge $((999 * $2)) ]
}

@test "every byte is right and none is copied: IPv4, IPv6, long and short frames, HW GRO, CPUs" {
	each=$((bytes / 16))
	[ $send = copy ] || count_pieces
	for mtu in 4148 1500; do
		on_both mtu $mtu
		for gro in on off; do
			ip netns exec rx ethtool -K zcnic0 rx-gro-hw $gro
			for host in 10.9.0.1 fd09::1; do
				for cpus in 0 1; do
					both "${devmem[@]}" --cpu $cpus --irq-cpu 0 -- --path $send --cpu 1 --bytes $each --verify
					echo "# mtu $mtu, HW GRO $gro, to $host, on CPU $cpus and 0:" \
						"$(value rx bytes_zerocopy) of $each not copied, $(value tx bytes_zerocopy) when sent," \
						"$(value rx bad_bytes) bad, $((each * 8 / ($(value rx window_ns) / 1000))) Mbit/s" >&3
					check_figures $each
					whole "$(value rx bytes_zerocopy)" $each
					[ $send = copy ] || whole "$(value tx bytes_zerocopy)" $each
				done
			done
		done
	done
	echo "# of $bytes bytes the kernel says that it copied $(copied) out of packets" >&3
	[ "$(copied)" -le $((bytes / 1000 + 16 * 30000)) ]
	[ $send = devmem ] || return 0
	sent=$(pieces)
	echo "# and that it sent $sent pieces of device memory of a page at most" >&3
	whole $((sent * 4096)) "$bytes"
}

@test "reads and batches of any size" {
	for read in 4K 16K 512K 64M; do
		for batch in 1 100 1024; do
			both "${devmem[@]}" --read $read --batch $batch -- --path $send --bytes 16M --verify
			check_figures $((16 << 20))
			[ "$(value rx bytes_zerocopy)" = $((16 << 20)) ]
		done
	done
	[ "$(copied)" -lt $((12 * 30000)) ]
}

@test "each end alone, with copies at the other" {
	both "${devmem[@]}" -- --path copy --bytes 40M --verify
	check_figures $((40 << 20))
	[ "$(value rx bytes_zerocopy)" = $((40 << 20)) ]
	[ $send = devmem ] || return 0
	both --path copy -- --path devmem --bytes 40M --verify
	check_figures $((40 << 20))
	[ "$(value tx bytes_zerocopy)" = $((40 << 20)) ]
	[ "$(value rx bytes_zerocopy)" = 0 ]
	for memory in "--memory heap" "--hugepages --msg 16M"; do
		echo 20 >/proc/sys/vm/nr_hugepages
		both --path copy -- --path devmem $memory --bytes 20M --verify
		check_figures $((20 << 20))
	done
}

@test "memory of each kind, four flows, odd sizes, blocking, hardly any room for messages" {
	both "${devmem[@]}" --memory heap -- --path $send --bytes 20M --verify
	check_figures $((20 << 20))
	both "${devmem[@]}" --blocking -- --path $send --flows 4 --write 10001 --msg 1000003 \
		--bytes 20M --verify
	check_figures $((20 << 20))
	both "${devmem[@]}" --read 64M --control 64 -- --path $send --bytes 20M --verify
	check_figures $((20 << 20))
	# A message for each receive.
	[ "$(value rx calls recvmsg)" -ge "$(value rx frags)" ]
	echo 40 >/proc/sys/vm/nr_hugepages
	both "${devmem[@]}" --hugepages --area 16M -- --path $send --msg 16M \
		--bytes 20M --verify
	check_figures $((20 << 20))
}

@test "buffers go back in batches, each as few ranges as its tokens make" {
	for batch in 1 64 1024; do
		both "${devmem[@]}" --batch $batch -- --path $send --bytes 40M
		frags=$(value rx frags)
		calls=$(value rx calls setsockopt)
		echo "batch $batch: $frags fragments, $(value rx token_ranges) ranges, $calls calls, late $(value rx late_tokens)"
		[ "$frags" -ge $(((40 << 20) / 4096)) ]
		# Besides full ones: those that were full of ranges, late ones, and the rest.
		[ "$calls" -ge $(((frags + batch - 1) / batch)) ]
		[ "$calls" -le $((frags / batch + 1 + $(value rx late_tokens) + $(value rx token_ranges) / 128)) ]
		awk -F, -v frags="$frags" '$4 == "receive_frags" { n += $5 * $6 }
			END { exit !(n > 0.85 * frags && n <= frags) }' rx.csv
	done
}

@test "what the NIC does not split, or steers elsewhere, is copied and counted as that" {
	ip netns exec rx ethtool -K zcnic0 rx-gro-hw off
	echo 10 >$FAULTS/linear_every
	count_copies
	both "${devmem[@]}" -- --path $send --bytes 40M --verify
	check_figures $((40 << 20))
	ours=$(value rx bytes_copied)
	echo "# every 10th packet unsplit: $ours of $((40 << 20)) copied, the kernel says $(copied):" \
		"plain $(value rx bytes_plain), linear $(value rx bytes_linear)" >&3
	[ $((100 * ours)) -ge $((8 * (40 << 20))) ] && [ $((100 * ours)) -le $((12 * (40 << 20))) ] || false
	[ $(($(value rx bytes_plain) + $(value rx bytes_linear))) = "$ours" ]
	[ "$(copied)" -ge "$ours" ] && [ "$(copied)" -lt $((ours + 30000)) ] || false
	echo 0 >$FAULTS/linear_every
	echo 1 >$FAULTS/wrong_queue
	both "${devmem[@]}" -- --path $send --bytes 10M --verify
	check_figures $((10 << 20))
	[ "$(value rx bytes_plain)" = $((10 << 20)) ]
}

@test "packets that are lost are sent again from the dma-buf" {
	echo 200 >$FAULTS/drop_every
	both "${devmem[@]}" -- --path $send --bytes 20M --verify
	check_figures $((20 << 20))
}

@test "no more is in flight than --in-flight says" {
	[ $send = devmem ] || skip "this kernel cannot send device memory"
	both "${devmem[@]}" -- --path devmem --in-flight 256K --bytes 20M
	[ "$(value tx notifications)" = 80 ]
	[ "$(value tx errqueue_stalls)" = 79 ]
	both "${devmem[@]}" -- --path devmem --bytes 20M
	[ "$(value tx errqueue_stalls)" = 0 ]
}

refuses() { # END PATTERN RX-OPTION... -- TX-OPTION...
	local end=$1 pattern=$2 for_rx=() code=0
	shift 2
	while [ "$1" != -- ]; do
		for_rx+=("$1")
		shift
	done
	shift
	# Before it listens, or when the connection is there.
	if rx "${for_rx[@]}"; then
		tx "$@" || code=$?
	fi
	rx_ends
	[ "$end" = tx ] || code=$rx_code
	echo "${for_rx[*]} -- $*: $code: $(cat "$end.err")"
	[ "$code" = 3 ]
	[[ "$(<"$end.err")" == *$pattern* ]]
	[ "$(wc -l <"$end.err")" = 1 ]
}

@test "what cannot be bound is one sentence and exit 3" {
	local limit
	limit=$(</sys/module/udmabuf/parameters/size_limit_mb)
	# From 7.3 on it has none that could be met.
	[ "$limit" -gt 1024 ] ||
		refuses rx "more than the $limit MiB" "${devmem[@]}" --area $((limit + 1))M -- --bytes 1M
	refuses rx "libcuda.so.1 is not here" "${devmem[@]}" --memory cuda -- --bytes 1M
	# Pages of 4 KiB are no memory for buffers of 32: where the kernel has such at all, it says which piece is too small.
	if ! uname -r | grep -qE '^(6|7\.[0-2])\.'; then
		refuses rx "does not lie in pieces of --rx-buf-len: give --hugepages" "${devmem[@]}" --rx-buf-len 32K --area 16M -- --bytes 1M
		grep 'sg entry not aligned to niov)' rx.err
	fi
	[ $send = copy ] || refuses tx "cannot send device memory" "${devmem[@]}" -- --path devmem --nic lo --bytes 1M
}

@test "an end that is killed in mid-stream leaves nothing bound" {
	for end in rx tx; do
		rx "${devmem[@]}"
		$in_tx timeout "$patience" "$BUILD/zcpath" tx --to $host --port "$port" --path $send --seconds "$patience" >tx.csv 2>tx.err 3>&- &
		wait_for ',open,' rx.csv
		sleep 0.3
		pkill -KILL -f "zcpath $end .*--port $port" || true
		wait
	done
	both "${devmem[@]}" -- --path $send --bytes 10M --verify
	check_figures $((10 << 20))
}
