#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# io_uring zcrx over the software NIC; run in the lab's machine:
#
#   BUILD=build lab/run --mtu 4148 -- bats tests/lab/zcrx.bats
#
# BYTES is what the first test moves in all (512M); 10G takes some minutes.

bats_require_minimum_version 1.5.0
load zcnic

FAULTS=/sys/kernel/debug/zcnic/zcnic.0/rx3
TRACE=/sys/kernel/tracing

setup() {
	zcnic_setup
	zcrx=(--path zcrx --nic zcnic0 --queues 3)
	bytes=$(numfmt --from=iec "${BYTES:-512M}")
}

teardown() {
	zcnic_teardown
	count_no_more
	ip -n rx link del odd0 2>/dev/null || true
	on_both mtu 4148
	ip -n rx link set zcnic0 up
	ip netns exec rx ethtool -K zcnic0 rx-gro-hw on
}

# The kernel's own count of the pieces that it copied for zcrx: by ftrace, not by ours.
count_copies() {
	echo 0 >$TRACE/tracing_on
	echo io_zcrx_copy_chunk >$TRACE/set_ftrace_filter
	echo function >$TRACE/current_tracer
	echo >$TRACE/trace
	echo 1 >$TRACE/tracing_on
}

copies() { # entries written, those that a full buffer has lost too
	sed -n 's|^# entries-in-buffer/entries-written: [0-9]*/\([0-9]*\) .*|\1|p' $TRACE/trace
}

count_no_more() {
	echo nop >$TRACE/current_tracer
	echo >$TRACE/set_ftrace_filter
}

share_is_whole() { # BYTES: at least 99.9 %
	[ $(($(value rx bytes_zerocopy) * 1000)) -ge $((999 * $1)) ]
}

@test "every byte is right and none is copied: IPv4, IPv6, long and short frames, HW GRO, CPUs" {
	each=$((bytes / 16))
	count_copies
	for mtu in 4148 1500; do
		on_both mtu $mtu
		for gro in on off; do
			ip netns exec rx ethtool -K zcnic0 rx-gro-hw $gro
			for host in 10.9.0.1 fd09::1; do
				for cpus in 0 1; do
					# A sender of device memory is quicker, and checks it as well.
					both "${zcrx[@]}" --cpu $cpus --irq-cpu 0 -- --path devmem --cpu 1 --bytes $each --verify
					echo "mtu $mtu, HW GRO $gro, to $host, on CPU $cpus and 0:" \
						"$(value rx bytes_zerocopy) of $each not copied, $(value rx bad_bytes) bad," \
						"$((each * 8 / ($(value rx window_ns) / 1000))) Mbit/s" >&3
					check_figures $each
					share_is_whole $each
				done
			done
		done
	done
	echo "copies, as the kernel counts them: $(copies)" >&3
	[ "$(copies)" = 0 ]
}

@test "without a NIC all of it is copied, and said to be" {
	count_copies
	both --path zcrx --nodev -- --bytes 32M --verify
	check_figures $((32 << 20))
	[ "$(value rx bytes_zerocopy)" = 0 ]
	echo "copies, as the kernel counts them: $(copies)"
	[ "$(copies)" -ge $(((32 << 20) / 65536)) ]
}

@test "what the NIC leaves unsplit is copied, by zcprof's count and the kernel's, and zcroi says so" {
	ip netns exec rx ethtool -K zcnic0 rx-gro-hw off
	echo 10 >$FAULTS/linear_every
	count_copies
	"$BUILD/zcprof" run --link netns:rx,tx --rx zcrx --nic zcnic0 --queues 3 --bytes 64M --verify --repeat 1 \
		--exact --collect iouring -o out
	run=out/rx=zcrx,tx=copy/run-1.csv
	[ "$(awk -F, '$4 == "bad_bytes" { print $6 }' $run)" = 0 ]
	pieces=$(awk -F, '$4 == "zcrx_copies" { n += $6 } END { printf "%.0f\n", n }' $run)
	copied=$(awk -F, '$4 == "zcrx_copied" { n += $6 } END { printf "%.0f\n", n }' $run)
	# What the manual says of the kernel's own statistics, which zcpath reads; once they have it, mend that.
	[ "$(awk -F, '$2 == "rx" && $3 == "path" && $4 == "bytes_copied" { print $6 }' $run)" = 0 ]
	echo "linear: $copied copied of $((64 << 20)) in $pieces pieces; ftrace: $(copies)"
	[ "$pieces" = "$(copies)" ]
	[ $((copied * 100)) -ge $((8 * (64 << 20))) ]
	[ $((copied * 100)) -le $((12 * (64 << 20))) ]
	share=$("$BUILD/zcroi" table --format csv out 2>/dev/null | python3 -c '
import csv, sys
print(next(csv.DictReader(sys.stdin))["zerocopy_rx_percent"])')
	echo "zcroi: $share %"
	awk -v share="$share" 'BEGIN { exit !(share >= 88 && share <= 92) }'
}

@test "what comes to another queue is copied, by our count and the kernel's" {
	echo 1 >$FAULTS/wrong_queue
	"$BUILD/zcprof" run --link netns:rx,tx --rx zcrx --nic zcnic0 --queues 3 --bytes 16M --verify --repeat 1 \
		--exact --collect iouring -o out
	run=out/rx=zcrx,tx=copy/run-1.csv
	ours=$(awk -F, '$3 == "path" && $4 == "bytes_copied" && $2 == "rx" { print $6 }' $run)
	kernels=$(awk -F, '$3 == "iouring" && $4 == "zcrx_copied" { n += $6 } END { printf "%.0f\n", n }' $run)
	echo "zcpath: $ours copied, fentry: $kernels"
	[ "$ours" = $((16 << 20)) ]
	[ "$kernels" = $((16 << 20)) ]
	[ "$(awk -F, '$4 == "bad_bytes" { print $6 }' $run)" = 0 ]
}

# stray BYTES RX-OPTION…: all of it comes to another queue, and is copied
stray() {
	echo 1 >$FAULTS/wrong_queue
	both "${zcrx[@]}" "${@:2}" -- --bytes "$1" --verify
	check_figures "$1"
	echo "# $*: $(value rx buffers_exhausted) times no buffer, $(value rx refill_flushes) flushes, $(
		value rx plain_receives) plain receives" >&3
	[ "$(value rx bytes_copied)" = "$1" ]
	[ "$(value rx bytes_zerocopy)" = 0 ]
	[ "$(value rx rearms)" = "$(value rx buffers_exhausted)" ]
}

@test "what comes to another queue goes on when the area is used up" {
	# The kernel takes back what the refill queue has: each time the rest of the area that the card has not.
	stray $((96 << 20)) --area 16M
	[ "$(value rx buffers_exhausted)" -ge 5 ]
	[ "$(value rx refill_flushes)" = "$(value rx buffers_exhausted)" ]
	[ "$(value rx plain_receives)" = 0 ]
	# The card has all of it: nothing is left to copy into.
	stray $((16 << 20)) --area 512K
	[ "$(value rx plain_receives)" -gt 0 ]
	# The kernel does not copy into a dma-buf.
	stray $((16 << 20)) --memory udmabuf --area 16M
	[ "$(value rx plain_receives)" -gt 0 ]
	# And a flow that goes wrong in the middle of its way, and comes back to it.
	echo 0 >$FAULTS/wrong_queue
	rx "${zcrx[@]}" --area 8M
	tx --bytes 96M --verify &
	wait_for ',open,' rx.csv
	for _ in 1 2 3; do
		echo 1 >$FAULTS/wrong_queue
		sleep 0.3
		echo 0 >$FAULTS/wrong_queue
		sleep 0.1
	done
	wait $!
	rx_ends
	[ "$rx_code" = 0 ]
	check_figures $((96 << 20))
	echo "# to and fro: $(value rx bytes_copied) copied, $(value rx bytes_zerocopy) not" >&3
}

@test "a kernel that cannot be asked has no flush, no sharing, no count of copies: it goes on all the same" {
	# IORING_REGISTER_QUERY, from 6.18 on; what it answers came later. (Of 6.16 to 7.1 Debian's archive has kernels, but
	# not what zcnic would be built with.)
	in_rx+=" $BUILD/tests/tool/without_uring --register 35"
	echo 1 >$FAULTS/wrong_queue
	both "${zcrx[@]}" --area 16M -- --bytes 48M --verify
	echo "# $(value rx buffers_exhausted) times no buffer, $(value rx plain_receives) plain receives" >&3
	[ "$(value rx bytes)" = $((48 << 20)) ]
	[ "$(value rx bad_bytes)" = 0 ]
	[ "$(value rx bytes_copied)" = "" ]
	[ "$(value rx buffers_exhausted)" -gt 0 ]
	[ "$(value rx refill_flushes)" = 0 ]
	[ "$(value rx plain_receives)" -gt 0 ]
	refuses "leave out --share-queue, or take Linux 6.19" "${zcrx[@]}" --share-queue
	refuses "--nodev takes Linux 7.1" --path zcrx --nodev
	refuses "--rx-buf-len takes Linux 7.0" "${zcrx[@]}" --rx-buf-len 32K
}

@test "what comes to a queue that is another flow's ends with one sentence, which names the own queue" {
	echo 1 >${FAULTS%3}2/wrong_queue
	rx --path zcrx --nic zcnic0 --queues 2-3
	tx --flows 2 --bytes 16M || true
	rx_ends
	echo "$(<rx.err)"
	[ "$rx_code" = 1 ]
	[ "$(wc -l <rx.err)" = 1 ]
	[[ "$(<rx.err)" == *"flow 0 stands still: it is not in buffers of queue 2 of zcnic0"*"'ethtool -n zcnic0'"* ]]
}

@test "memory of each kind, larger buffers, several flows, odd sizes" {
	# Twice an area: a ring that is closed gives its own back a moment later.
	echo 72 >/proc/sys/vm/nr_hugepages
	both "${zcrx[@]}" --hugepages -- --bytes 16M --verify
	share_is_whole $((16 << 20))
	both "${zcrx[@]}" --hugepages --rx-buf-len 32K -- --bytes 16M --verify
	check_figures $((16 << 20))
	share_is_whole $((16 << 20))
	both "${zcrx[@]}" --memory udmabuf --area 16M -- --bytes 16M --verify
	check_figures $((16 << 20))
	share_is_whole $((16 << 20))
	both --path zcrx --nic zcnic0 --queues 1-3 -- --flows 3 --write 10001 --msg 1000003 --bytes 16M --verify
	check_figures $((16 << 20))
	share_is_whole $((16 << 20))
	both "${zcrx[@]}" --no-iowait --min-wait 500 -- --bytes 16M --verify
	check_figures $((16 << 20))
	share_is_whole $((16 << 20))
}

MERGED='hist:keys=nr_frags:vals=data_len if name == "zcnic0" && nr_frags > 0'
GIVEN=$TRACE/events/net/napi_gro_receive_entry

# Of what the card gives to the stack: bytes in a buffer, and receives of more than a page, in percent.
move_merged() { # RX-OPTION...
	echo "!$MERGED" >$GIVEN/trigger
	echo "$MERGED" >$GIVEN/trigger
	both "${zcrx[@]}" "$@" -- --path devmem --bytes 64M --verify
	check_figures $((64 << 20))
	share_is_whole $((64 << 20))
	in_a_buffer=$(sed -n 's/.*nr_frags: *\([0-9]*\) *} hitcount: *\([0-9]*\) *data_len: *\([0-9]*\).*/\1 \2 \3/p' $GIVEN/hist |
		awk '{ frags += $1 * $2; bytes += $3 } END { printf "%d", frags ? bytes / frags : 0 }')
	echo "!$MERGED" >$GIVEN/trigger
	large=$(awk -F, '$4 == "receive_size" { n += $6; if ($5 > 4096) large += $6 } END { printf "%d", 100 * large / n }' rx.csv)
	echo "# zcrx $*: the card gave $in_a_buffer bytes in a buffer; $large % of the completions are of more than a page" >&3
}

@test "buffers of 32 KiB hold more than a page, by the kernel's tracepoint and by the completions" {
	echo 72 >/proc/sys/vm/nr_hugepages
	# Only packets that the card has merged are larger than a page at this MTU.
	ip netns exec rx ethtool -K zcnic0 rx-gro-hw on
	for host in 10.9.0.1 fd09::1; do
		move_merged --hugepages --rx-buf-len 32K
		[ "$in_a_buffer" -gt 16384 ]
		[ "$in_a_buffer" -le 32768 ]
		[ "$large" -ge 80 ]
		[ "$(value rx receive_size 32768)" -gt 0 ]
		move_merged --hugepages
		[ "$in_a_buffer" -le 4096 ]
		[ "$large" = 0 ]
	done
}

@test "small queues cost re-arms and stalls, and no byte and no buffer" {
	both "${zcrx[@]}" --completions 4 -- --path devmem --bytes 64M --verify
	check_figures $((64 << 20))
	echo "4 completions: $(value rx cq_overflow) overflows, $(value rx rearms) re-arms"
	# The last may be the overflow of the stream's end, after which nothing is armed.
	[ "$(value rx rearms)" -ge $(($(value rx cq_overflow) - 1)) ]
	[ "$(value rx cq_overflow)" -gt 0 ]
	both "${zcrx[@]}" --refill 2 --area 8M -- --path devmem --bytes 64M --verify
	check_figures $((64 << 20))
	echo "refill queue of 2: $(value rx refill_stalls) kept aside, $(value rx refill_flushes) flushes"
	[ "$(value rx refill_stalls)" -gt 0 ]
	# Far fewer buffers than the ring has entries: what comes while all are in use is sent again.
	both "${zcrx[@]}" --area 512K -- --path devmem --bytes 16M --verify
	check_figures $((16 << 20))
	echo "area of 128 buffers: $(value rx alloc_failures) events of none left"
}

@test "an area that runs low is seen before it is empty, and a large one never" {
	count() { # METRIC
		awk -F, -v metric="$1" '$3 == "iouring" && $4 == metric { n += $6; there = 1 }
			END { print there ? n : "absent" }' out/*/run-1.csv
	}
	asked() { # times that the driver asked for buffers, by ftrace
		sed -n 's|^# entries-in-buffer/entries-written: [0-9]*/\([0-9]*\) .*|\1|p' $TRACE/trace
	}
	# The card's ring takes 1024 buffers: of 16384 most stay, of 128 none but what the program gives back meanwhile.
	for area in 64M 512K; do
		rm -rf out
		echo 0 >$TRACE/tracing_on
		echo io_pp_zc_alloc_netmems >$TRACE/set_ftrace_filter
		echo function >$TRACE/current_tracer
		echo >$TRACE/trace
		echo 1 >$TRACE/tracing_on
		"$BUILD/zcprof" run --link netns:rx,tx --rx zcrx --nic zcnic0 --queues 3 --area $area --bytes 16M --verify \
			--repeat 1 --exact --collect iouring -o out
		echo "# area of $area: asked $(asked) times, of these $(count zcrx_low) low and $(count zcrx_empty) empty" >&3
		[ "$(count zcrx_low)" -le "$(asked)" ]
		[ "$(count zcrx_empty)" -le "$(count zcrx_low)" ]
		case $area in
		64M) [ "$(count zcrx_low)" = 0 ] ;;
		*) [ "$(count zcrx_low)" -gt 0 ] ;;
		esac
	done
}

# Registrations of zcrx that were granted, by a probe of the kernel's own.
grants() {
	case $1 in
	begin)
		echo 'r:zcrx_granted io_register_zcrx ret=$retval:s32' >$TRACE/kprobe_events
		echo 'hist:keys=common_pid if ret == 0' >$TRACE/events/kprobes/zcrx_granted/trigger
		;;
	count) sed -n 's/^ *Hits: *//p' $TRACE/events/kprobes/zcrx_granted/hist ;;
	end)
		echo '!hist:keys=common_pid if ret == 0' >$TRACE/events/kprobes/zcrx_granted/trigger
		echo >$TRACE/kprobe_events
		;;
	esac
} 2>/dev/null

@test "flows that share a queue: every byte right, none copied, rings as the kernel granted them, waits only there" {
	of() { # SOURCE METRIC [KEY]
		awk -F, -v key="$1,$2,${3-}" '$2 == "rx" && $3 "," $4 "," $5 == key { print $6 }' out/*/run-1.csv
	}
	ip netns exec rx ethtool -K zcnic0 rx-gro-hw on
	for shared in yes no; do
		rm -rf out
		grants begin
		"$BUILD/zcprof" run --link netns:rx,tx --flows 3 --rx zcrx --nic zcnic0 --queues 1-3 --share-queue=$shared \
			--bytes 64M --verify --repeat 1 --exact --collect iouring -o out
		granted=$(grants count)
		grants end
		[ "$(of path bad_bytes)" = 0 ]
		[ "$(of path bytes_zerocopy)" = $((64 << 20)) ]
		echo "# shared $shared: $(sed -n 's/.*iouring,zcrx_\(rings\|processes\),\(.*\),.*/\1 \2/p' out/*/run-1.csv | tr '\n' ' ')" \
			"granted $granted, waits $(of path refill_waits) of $(of path refill_wait_time) ns" >&3
		[ "$granted" = 3 ]
		if [ $shared = yes ]; then
			[ "$(of iouring zcrx_rings zcnic0/1)" = 3 ]
			[ "$(of iouring zcrx_processes zcnic0/1)" = 1 ]
			[ "$(of path refill_waits)" -gt 0 ]
			[ "$(of path refill_wait_time)" -gt 0 ]
		else
			for queue in 1 2 3; do
				[ "$(of iouring zcrx_rings zcnic0/$queue)" = 1 ]
			done
			[ "$(of path refill_waits)" = 0 ]
		fi
	done
}

@test "packets that are lost, and a link that goes down in mid-stream, cost no byte" {
	echo 200 >$FAULTS/drop_every
	both "${zcrx[@]}" -- --bytes 16M --verify
	check_figures $((16 << 20))
	echo 0 >$FAULTS/drop_every
	rx "${zcrx[@]}"
	$in_tx timeout "$patience" "$BUILD/zcpath" tx --to $host --port "$port" --bytes 48M --verify >tx.csv 2>tx.err 3>&- &
	tx_pid=$!
	wait_for ',open,' rx.csv
	for _ in 1 2 3; do
		ip -n rx link set zcnic0 down
		sleep 0.1
		ip -n rx link set zcnic0 up
		sleep 0.3
	done
	wait $tx_pid
	rx_ends
	[ "$rx_code" = 0 ]
	check_figures $((48 << 20))
}

@test "an end that is killed in mid-stream leaves nothing bound, ten times" {
	for n in 1 2 3 4 5; do
		for end in rx tx; do
			rx "${zcrx[@]}"
			$in_tx timeout "$patience" "$BUILD/zcpath" tx --to $host --port "$port" --seconds "$patience" >tx.csv 2>tx.err 3>&- &
			wait_for ',open,' rx.csv
			sleep 0.0$n
			pkill -KILL -f "zcpath $end .*--port $port" || true
			wait || true
		done
	done
	both "${zcrx[@]}" -- --bytes 16M --verify
	check_figures $((16 << 20))
	share_is_whole $((16 << 20))
}

@test "requests that the NIC puts into the area are answered, every byte checked" {
	for rpc in 64:64 70001:5 1M:1M; do
		both "${zcrx[@]}" -- --rpc $rpc --rpc-depth 3 --seconds 0.3 --warmup 0 --verify
		[ "$(value rx bad_bytes)" = 0 ]
		[ "$(value tx bad_bytes)" = 0 ]
		[ "$(value tx responses)" -gt 0 ]
		[ "$(value rx bytes_life)" = "$(value tx bytes_life)" ]
	done
}

refuses() { # PATTERN RX-OPTION...: at the latest when the flow has come; one sentence, exit 3
	local pattern=$1
	shift
	rx_code=0
	! rx "$@" || tx --bytes 1M || true
	rx_ends
	echo "$*: $rx_code: $(cat rx.err)"
	[ "$rx_code" = 3 ]
	[[ "$(<rx.err)" == *$pattern* ]]
	[ "$(wc -l <rx.err)" = 1 ]
}

@test "what cannot be is one sentence and exit 3" {
	refuses "has not pieces so large in a row" "${zcrx[@]}" --rx-buf-len 8M --area 512M
	echo 40 >/proc/sys/vm/nr_hugepages
	refuses "its driver has no buffers of --rx-buf-len" "${zcrx[@]}" --hugepages --rx-buf-len 1M --area 64M
	refuses "nr_hugepages" "${zcrx[@]}" --hugepages --area 1G
	refuses "libcuda.so.1 is not here" "${zcrx[@]}" --memory cuda
	ip -n rx link add odd0 type dummy
	refuses "odd0 cannot receive without copy" --path zcrx --nic odd0 --queues 0
}
