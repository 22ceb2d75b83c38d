#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Datagrams at a rate, and how long they were under way: each is accounted for, a stall of either end shows, and no stamp
# is believed that cannot be.

bats_require_minimum_version 1.5.0
load zcpath
load packets

setup() {
	zcpath_setup
}

teardown() {
	packets_teardown
}

# What was due of a rate since the first began, which the window holds: what was sent, or was not.
all_due() { # RATE DONE LEFT [CHANCE]
	awk -v rate="$1" -v done="$2" -v left="$3" -v chance="${4:-0}" -v ns="$(value tx window_ns)" 'BEGIN {
		due = done + left; most = rate * ns / 1e9 + 1
		printf "due %d of at most %d: done %d, left %d\n", due, most, done, left
		exit !(due <= most + rate / 50 + chance && due >= most - rate / 2 - chance)
	}'
}

delays_of() { # TRAIN: each datagram that was received has its delay, and nothing is wrong with any
	[ "$(value rx bad_bytes)" = 0 ]
	[ "$(value rx datagrams)" -gt 0 ]
	[ "$(value rx stamps_wrong)" = 0 ]
	near "$(buckets rx one_way_delay)" "$(value rx datagrams)" "$1"
	near "$(buckets rx delay_variation)" "$(value rx datagrams)" $(($1 + 1))
	# From one process to another in less than a second: it is no difference of two clocks.
	[ "$(quantile rx one_way_delay 0.5)" -gt 0 ] && [ "$(quantile rx one_way_delay 0.5)" -lt 1000000000 ] || false
}

@test "every path of datagrams: of each that came there is a delay, of the smallest and the largest, every byte checked" {
	rx=uring
	for tx in copy uring send_zc "send_zc --depth 1 --flush-every 1" zerocopy "uring --vectored --header 16"; do
		for how in "--stamp kernel" "--stamp ptp --rate 3000"; do
			echo "rx $rx, tx $tx $how"
			# shellcheck disable=SC2086 # words
			both --path $rx -- --path $tx --udp 1400 $how --seconds 0.1 --warmup 0 --verify
			delays_of 64
			[ $rx = copy ] && rx=uring || rx=copy
		done
		[ $rx = copy ] && rx=uring || rx=copy
	done
	for size in 16 17 65507; do
		both --path copy -- --path copy --udp $size --stamp kernel --seconds 0.2 --warmup 0 --verify
		delays_of 1
	done
	both --path copy --udp-gro -- --path copy --udp 1400 --udp-gso 40 --rate 40000 --stamp kernel --seconds 0.3 --warmup 0 --verify
	delays_of 40
	near "$(value tx datagrams)" $(($(value tx calls sendto) * 40)) 40
}

@test "frames of AF_XDP carry stamps too, at a rate and without, and xdp_drop says why it has none" {
	packets_able
	packets_pair
	for host in 10.97.0.2 fd97::2; do
		for rx in xsk copy; do
			# A socket's kernel checks the sum of IPv6.
			both --path $rx -- --path xsk --udp 18 --stamp kernel --rate 5000 --seconds 0.3 --warmup 0 --verify
			delays_of 64
			near "$(buckets tx lateness)" "$(value tx datagrams)" 64
		done
	done
	both --path xdp_drop -- --path xsk --udp 64 --stamp kernel --seconds 0.2 --warmup 0
	grep -q '^,rx,collector,absent,path/one_way_delay,.*looks into no datagram' rx.csv
	[ "$(buckets rx one_way_delay)" = 0 ]
}

@test "a rate is kept by every sender: what was due was sent, or is said not to have been" {
	for tx in copy uring send_zc zerocopy; do
		for arrivals in even $([ $tx != copy ] || echo poisson); do
			rx --path copy
			led 0.5 --path $tx --udp 64 --rate 2000 --arrivals $arrivals --stamp kernel
			rx_ends
			echo "$tx, $arrivals: $(value tx datagrams) sent, $(value tx unsent) not, $(value rx datagrams) received"
			# At random they may be some deviations off, of which one is the root of them.
			all_due 2000 "$(value tx datagrams)" "$(value tx unsent)" $([ $arrivals = even ] || echo 300)
			near "$(buckets tx lateness)" "$(value tx sends)" 8
		done
	done
	# More than can be: it says so, and goes on counting from when each was due.
	rx --path copy
	led 0.5 --path copy --udp 64 --rate 100000000
	rx_ends
	[ "$(value tx unsent)" -gt 1000000 ]
	all_due 100000000 "$(value tx datagrams)" "$(value tx unsent)"
	[ "$(quantile tx lateness 0.99)" -ge 100000000 ]
}

# Of each 20 that were due in a stall 15 waited for 5 ms, and of 3000 one stall is more than one in a thousand.
shows_stalls() { # END METRIC
	echo "$2: p99.9 $(quantile "$1" "$2" 0.999) ns; $(at_least "$1" "$2" 5000000) took 5 ms and more, in $(wc -l <stalled) stalls"
	[ "$(quantile "$1" "$2" 0.999)" -ge 15000000 ]
	[ "$(at_least "$1" "$2" 5000000)" -ge $(($(wc -l <stalled) * 13)) ]
}

@test "a receiver that stands still 20 ms of each second shows in p99.9, and in the datagrams it kept waiting" {
	rx --path copy
	tx --path copy --udp 64 --rate 1000 --stamp kernel --seconds 3 --warmup 0.2 3>&- &
	sending=$!
	stall "^$BUILD/zcpath rx .*--port $port "
	wait $sending
	rx_ends
	[ "$rx_code" = 0 ]
	shows_stalls rx one_way_delay
}

@test "a sender that stands still does not leave out what it should have sent: its delays and its lateness show it" {
	rx --path copy
	tx --path copy --udp 64 --rate 1000 --stamp kernel --seconds 3 --warmup 0.2 3>&- &
	sending=$!
	stall "^$BUILD/zcpath tx .*--port $port "
	wait $sending
	rx_ends
	shows_stalls rx one_way_delay
	shows_stalls tx lateness
}

@test "many flows at a rate: none is forgotten, of datagrams, of requests and of short flows" {
	rx --path copy
	led 1 --path copy --udp 64 --rate 4000 --flows 200 --stamp kernel
	rx_ends
	all_due 4000 "$(value tx datagrams)" "$(value tx unsent)"
	near "$(buckets tx lateness)" "$(value tx datagrams)" 200
	for short in "--flows 200" "--flows 50 --reconnect"; do
		rx --path copy
		# shellcheck disable=SC2086 # words
		led 1 --path copy --rpc 64:64 --rate 2000 $short
		rx_ends
		[ "$rx_code" = 0 ]
		near "$(buckets tx latency)" "$(value tx responses)" 200
		all_due 2000 "$(value tx responses)" "$(value tx unanswered)"
	done
}

@test "stamps of somebody else's that cannot be are in no delay" {
	[ "$(id -u)" = 0 ] || skip "datagrams with another's port take root"
	rx --path copy
	"$BUILD/zcpath" tx --to "$host" --port "$port" --udp 64 --rate 100 --stamp kernel --seconds 2 --warmup 0 >tx.csv 2>tx.err 3>&- &
	sending=$!
	wait_for ',open,' rx.csv
	kill -STOP "$sending"
	from=$(ss -Huan "dport = :$((port + 1))" | awk '{ sub(".*:", "", $4); print $4; exit }')
	python3 - "$from" "$((port + 1))" <<-'END'
		import socket, struct, sys
		raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
		# Late ones, by their numbers; of the future, of the beginning of all things, and of just before it.
		for stamp in [1 << 63, (1 << 64) - 1, 0, 1, (1 << 62)]:
		    raw.sendto(struct.pack("!HHHH", int(sys.argv[1]), int(sys.argv[2]), 72, 0) +
		               struct.pack("<QQ", 0, stamp) + b"x" * 48, ("127.0.0.1", 0))
	END
	kill -CONT "$sending"
	# More came than was sent: such a run fails, and its figures are there all the same.
	! wait "$sending" || false
	rx_ends
	echo "wrong $(value rx stamps_wrong), p100 $(quantile rx one_way_delay 1)"
	[ "$(value rx stamps_wrong)" = 5 ]
	[ "$(quantile rx one_way_delay 1)" -lt 60000000000 ]
	near "$(buckets rx one_way_delay)" $(($(value rx datagrams) - 5)) 1
}

@test "an end in a time namespace has the kernel's clock all the same" {
	[ "$(id -u)" = 0 ] || skip "time namespaces take root"
	unshare -T --monotonic 100000 true 2>/dev/null || skip "no time namespaces"
	for end in rx tx; do
		in_rx='' in_tx=''
		[ $end = rx ] && in_rx="unshare -T --monotonic 100000" || in_tx="unshare -T --monotonic 100000"
		both --path copy -- --path copy --udp 64 --rate 1000 --stamp kernel --seconds 0.3 --warmup 0 --verify
		echo "$end: $(value rx stamps_wrong) wrong, p50 $(quantile rx one_way_delay 0.5)"
		delays_of 1
	done
}

@test "two kernels have two clocks: no delay, with the reason, unless PTP is said to keep them together" {
	[ "$(id -u)" = 0 ] || skip "another boot id takes a mount"
	echo 01234567-89ab-4def-8123-456789abcdef >other
	other() { # as another kernel's
		unshare -m -- sh -c 'mount --bind other /proc/sys/kernel/random/boot_id && exec "$@"' sh "$@"
	}
	in_rx=other
	both --path copy -- --path copy --udp 64 --rate 1000 --stamp kernel --seconds 0.2 --warmup 0 --verify
	grep '^,rx,collector,absent,path/one_way_delay,.*two kernels.*--stamp ptp' rx.csv
	[ "$(buckets rx one_way_delay)" = 0 ]
	[ "$(value rx bad_bytes)" = 0 ]
	both --path copy -- --path copy --udp 64 --rate 1000 --stamp ptp --seconds 0.2 --warmup 0 --verify
	delays_of 1
	grep 'given,stamp,.*as if they agreed' rx.csv
}

# Whose clocks zcpath rx sees: the wall clock AHEAD ns ahead of the kernel's, and both faster by so many millionths.
other_clocks() {
	cc -shared -fPIC -o clocks.so -x c - <<-'END'
		#define _GNU_SOURCE
		#include <stdlib.h>
		#include <string.h>
		#include <sys/syscall.h>
		#include <time.h>
		#include <unistd.h>
		static long long begun, ahead, ppm;
		static long long kernels(clockid_t clock)
		{
			struct timespec t;
			syscall(SYS_clock_gettime, clock, &t);
			return t.tv_sec * 1000000000LL + t.tv_nsec;
		}
		__attribute__((constructor)) static void begin(int argc, char **argv)
		{
			if (argc < 2 || strcmp(argv[1], "rx"))
				return;
			begun = kernels(CLOCK_MONOTONIC);
			ahead = atoll(getenv("AHEAD"));
			ppm = atoll(getenv("PPM"));
		}
		int clock_gettime(clockid_t clock, struct timespec *t)
		{
			long long ns = kernels(clock);
			if (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC)
				ns += ppm ? (kernels(CLOCK_MONOTONIC) - begun) / 1000 * ppm / 1000 : 0;
			if (clock == CLOCK_REALTIME)
				ns += ahead;
			t->tv_sec = ns / 1000000000;
			t->tv_nsec = ns % 1000000000;
			return 0;
		}
	END
}

@test "--stamp ptp: how far the wall clocks are apart is measured, with its error, and said where it is not small" {
	other_clocks
	for ahead in 50000000 -70000000 0; do
		AHEAD=$ahead PPM=0 LD_PRELOAD=$PWD/clocks.so "$BUILD/zcprof" run --link loopback --port "$port" --udp 64 --rate 500 --stamp ptp \
			--seconds 0.4 --warmup 0 --repeat 1 --collect cpu -o out$ahead
		cp out$ahead/*/run-1.csv tx.csv
		for when in begin end; do
			found=$(value tx clock_ahead $when) error=$(value tx clock_error $when)
			echo "ahead by $ahead: $found, give or take $error"
			awk -v a="$ahead" -v f="$found" -v e="$error" 'BEGIN { d = f - a; exit !(e > 0 && e < 50000000 && d <= e + 1000 && -d <= e + 1000) }'
		done
		for what in "table" "show latency"; do
			# shellcheck disable=SC2086 # words
			run "$BUILD/zcroi" $what out$ahead
			echo "$output"
			case $ahead in
			-*) [[ "${output//$'\n' /}" == *"ms behind the sender's, give or take "* ]] ;;
			0) [[ "${output//$'\n' /}" != *"the sender's, give or take "* ]] ;;
			*) [[ "${output//$'\n' /}" == *"ms ahead of the sender's, give or take "*"so much too long"* ]] ;;
			esac
		done
	done
	# What a stamp of the future was taken for before is said, too.
	[ "$(awk -F, '$4 == "stamps_wrong" { print ($6 > 0) }' out-70000000/*/run-1.csv)" = 1 ]
	AHEAD=0 PPM=50000 LD_PRELOAD=$PWD/clocks.so "$BUILD/zcprof" run --link loopback --port "$port" --udp 64 --rate 500 --stamp ptp \
		--seconds 1 --warmup 0 --repeat 1 --collect cpu -o drifting
	run "$BUILD/zcroi" show latency drifting
	echo "$output"
	[[ "${output//$'\n' /}" == *"They drifted by "*" ms in a window."* ]]
	# By the kernel's clock there is nothing to be asked.
	both --path copy -- --path copy --udp 64 --rate 500 --stamp kernel --seconds 0.1 --warmup 0
	! grep -q clock_ahead tx.csv || false
}

@test "zcroi: delays are the table's percentiles, a part of show latency, and what was not sent is said" {
	"$BUILD/zcprof" run --link loopback --port "$port" --udp 64 --rate 2000 --stamp kernel --seconds 0.6 --warmup 0.1 --repeat 1 --collect cpu -o out
	"$BUILD/zcroi" check out/*/run-1.csv
	cp out/*/run-1.csv rx.csv
	run --separate-stderr "$BUILD/zcroi" table --format csv --value p50,p99,lost,rx-path.delay_variation@p99,tx-path.unsent out
	echo "$output"
	p50=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /p50/ && !at) at = i } NR == 2 { print $at }' <<<"$output")
	awk -v said="$p50" -v edge="$(quantile rx one_way_delay 0.5)" 'BEGIN { exit !(said * 1000 >= edge * 0.98 && said * 1000 <= edge * 1.05) }'
	run "$BUILD/zcroi" show latency out/rx=copy,tx=copy
	echo "$output"
	[[ "$output" == *"one_way_delay "*"when it was due"*"delay_variation"*"lateness"* ]]
	"$BUILD/zcprof" run --link loopback --port "$port" --udp 64 --rate 100000000 --stamp kernel --seconds 0.3 --warmup 0 --repeat 1 --collect cpu -o much
	run "$BUILD/zcroi" table much
	echo "$output"
	[[ "${output//$'\n' /}" == *"of the datagrams that were due were not sent"* ]]
}

@test "zcroi: of a path that looks into no datagram, show latency says that there are no delays, and why" {
	[ "$(id -u)" = 0 ] || skip "XDP takes root"
	"$BUILD/zcprof" run --rx xdp_drop --udp 64 --stamp kernel --seconds 0.2 --warmup 0 --repeat 1 --collect cpu -o out
	run "$BUILD/zcroi" show latency out
	echo "$output"
	[[ "$output" == *"Delay of datagrams: not measured: the receiver's path looks into no datagram"* ]]
}

@test "what has no meaning for stamps and rates is refused in a sentence" {
	refused() { # PATTERN ARG…
		run --separate-stderr "$BUILD/zcpath" tx --to "$host" "${@:2}"
		echo "$stderr"
		[ "$status" = 2 ]
		[[ "$stderr" == *$1* ]]
	}
	refused "--stamp is for datagrams: give --udp BYTES too" --stamp kernel
	refused "--stamp is for datagrams" --stamp ptp --rpc 1:1
	refused "expected one of off|kernel|ptp" --udp 64 --stamp yes
	refused "nobody receives what could be timed" --udp 64 --stamp kernel --away 10.99.0.2
	refused "when requests or datagrams are due: give --rate N too" --udp 64 --arrivals poisson
	refused "--rpc-depth is for requests" --udp 64 --rate 5 --rpc-depth 2
}
