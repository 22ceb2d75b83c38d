#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zcpath by hand and by gate: its options, its rows, and the calls that it counts.

bats_require_minimum_version 1.5.0
load zcpath

MB=$((1024 * 1024))

setup() {
	zcpath_setup
}

teardown() {
	zcpath_teardown
}

refused() { # CODE PATTERN ARG…
	local code=$1 pattern=$2
	shift 2
	run --separate-stderr timeout 10 "$BUILD/zcpath" "$@" </dev/null
	echo "$* -> $status: $stderr"
	[ "$status" = "$code" ]
	[[ "$stderr" == *$pattern* ]]
	[ "${#stderr_lines[@]}" = 1 ]
}

states() { # END
	awk -F, '$3 == "path" && $4 == "state" { printf "%s ", $6 }' "$1.csv"
}

@test "--help has examples and every option of its end, --version says the version" {
	for end in rx tx; do
		run "$BUILD/zcpath" $end --help
		[ "$status" = 0 ]
		[[ "$output" == *Examples:* ]]
		[[ "$output" == *--path=PATH* ]]
		[[ "$output" == *--irq-cpu=CPUS* ]]
	done
	[[ "$output" == *--flush-every=N* ]]
	[[ "$output" != *--blocking* ]]
	run "$BUILD/zcpath" --help
	[ "$status" = 0 ]
	[[ "$output" == *Examples:* ]]
	run "$BUILD/zcpath" --version
	[ "${lines[0]}" = "zcpath $(cat "$BATS_TEST_DIRNAME/../../VERSION")" ]
	[[ ${lines[1]} == "built with "*", liburing "* && ${lines[2]} == "paths: rx.copy "* ]]
}

@test "the manual page knows every option of --help" {
	for end in rx tx; do
		for option in $("$BUILD/zcpath" $end --help | grep -o -- '--[a-z-]*' | sort -u); do
			case $option in --help | --usage | --version) continue ;; esac
			echo "$end $option"
			tr -d '\\' <"$BATS_TEST_DIRNAME/../../man/zcpath.1" | grep -q "^.BI* $option\b"
		done
	done
}

@test "paths names every path, whether it can run, and if not why" {
	run "$BUILD/zcpath" paths
	[ "$status" = 0 ]
	[ "${#lines[@]}" = $((1 + $(grep -c '^PATH(' "$BATS_TEST_DIRNAME/../../record/paths.def"))) ]
	[[ "${lines[1]}" == "rx   copy         yes "* ]]
	for line in "${lines[@]:1}"; do
		[[ "$line" =~ ^(rx|tx)\ +[a-z_]+\ +(yes|no)\ +[^\ ].+ ]]
	done
}

@test "wrong usage is one sentence and exit 2" {
	refused 2 "expected 'rx', 'tx' or 'paths'"
	refused 2 "expected 'rx', 'tx' or 'paths'" dance
	refused 2 "needs --to" tx
	refused 2 "has no such path" rx --path send_zc
	refused 2 "belongs to 'zcpath rx'" tx --to ::1 --read 4K
	refused 2 "multiple of" rx --path mmap --read 5000
	refused 2 "belongs to 'zcpath tx'" rx --flows 2
	refused 2 "expected 1 to 64M" rx --read 65M
	refused 2 "expected 1 to 16384" tx --to ::1 --flows 0
	refused 2 "power of two" rx --path uring --buffers 3
	refused 2 "no meaning for --path copy" rx --singleshot
	refused 2 "--min-wait has no meaning with --singleshot" rx --path uring --singleshot --min-wait 100
	refused 2 "no meaning for --path zerocopy" tx --to ::1 --path zerocopy --depth 4
	refused 2 "outside the window" tx --to ::1 --bytes 1M --warmup 1
	refused 2 "more than zcpath rx takes" rx 5210
	refused 2 "expected 1 to 65534" rx --port 65535
	refused 2 "--write cannot be more than --msg, which is 64K" tx --to ::1 --msg 64K --write 128K
	refused 2 "--depth cannot be more than --flush-every" \
		tx --to ::1 --path send_zc --flush-every 4 --depth 8
	refused 2 "--hugepages has no meaning" tx --to ::1 --path sendfile --hugepages
	refused 2 "needs --nic IFACE and --queues LIST" rx --path devmem --nic lo
	refused 2 "needs --nic IFACE and --queues LIST" rx --path devmem --queues 1
	refused 2 "expected pages, udmabuf, heap or cuda" rx --path devmem --nic lo --queues 1 --memory wood
	refused 2 "expected udmabuf, heap or cuda" rx --path devmem --nic lo --queues 1 --memory pages
	refused 2 "expected udmabuf, heap or cuda" tx --to ::1 --path devmem --memory pages
	refused 2 "expected 1 to 1024" rx --path devmem --nic lo --queues 1 --batch 1025
	refused 2 "--batch 9 would hold more than half of --area; give at most 8" \
		rx --path devmem --nic lo --queues 1 --area 64K --batch 9
	refused 2 "no meaning for --path copy" rx --batch 4
	refused 2 "needs --nic IFACE and --queues LIST" rx --path zcrx
	refused 2 "leave out --nic and --queues" rx --path zcrx --nodev --nic lo
	refused 2 "needs --memory pages" rx --path zcrx --nodev --memory udmabuf
	refused 2 "expected pages, udmabuf, heap or cuda" rx --path zcrx --nodev --memory wood
	refused 2 "power of two" rx --path zcrx --nic lo --queues 1 --rx-buf-len 12K
	refused 2 "leave it out with --nodev" rx --path zcrx --nodev --rx-buf-len 8K
	refused 2 "give a larger --area" rx --path zcrx --nic lo --queues 1 --area 64K --rx-buf-len 128K
	refused 2 "no meaning for --path uring" rx --path uring --nodev
	refused 2 "no meaning for --path copy" tx --to ::1 --in-flight 1M
}

@test "an option at its default is taken for every path" {
	both --path copy --singleshot=no --buffers 64 -- --path copy --depth 8 --flush-every 0 --bytes 1M
}

@test "the facts say effective values" {
	both --rcvbuf 64K --mss 1000 -- --msg 64K --mss 1200 --pacing 800M --bytes 1M
	grep -q '^,tx,fact,option,write,64K,$' tx.csv
	grep -q '^,tx,fact,option,warmup,0,$' tx.csv
	grep -q '^,tx,fact,option,pacing,800M,$' tx.csv
	grep -q '^,tx,fact,option,mss,1200,$' tx.csv
	grep -q '^,rx,fact,option,mss,1000,$' rx.csv
	grep -q '^,rx,fact,option,rcvbuf,128K,$' rx.csv
}

@test "--lowat: the receiver of a slow stream is woken for so many bytes, and gets the last ones" {
	both --lowat 1M -- --pacing 160M --bytes 8M --verify
	woken=$(awk -F, '$3 == "path" && $4 == "calls" && $5 == "epoll_wait" { print $6 }' rx.csv)
	bytes=$(awk -F, '$3 == "path" && $4 == "bytes_life" { print $6 }' rx.csv)
	echo "$bytes bytes, woken $woken times"
	[ "$bytes" = $((8 * MB)) ]
	[ "$woken" -ge 1 ] && [ "$woken" -le 12 ] || false
	both --lowat 1 -- --pacing 160M --bytes 8M
	awk -F, -v most="$woken" '$3 == "path" && $4 == "calls" && $5 == "epoll_wait" { exit !($6 > most) }' rx.csv
	rx --lowat 1M
	run --separate-stderr "$BUILD/zcpath" tx --to 127.0.0.1 --port "$port" --rpc 64:64 --seconds 1
	[ "$status" != 0 ]
	[[ $stderr == *"--lowat is for streams: leave it out with --rpc and --udp"* ]]
}

@test "softirq work is placed for an IPv4 sender at a receiver for all addresses, too" {
	queue=/sys/class/net/lo/queues/rx-0/rps_cpus
	[ -w $queue ] || skip "needs to write $queue"
	host=::
	rx --irq-cpu 0
	host=127.0.0.1
	tx --bytes 1M
	rx_ends
	[ "$rx_code" = 0 ]
	grep -q '^,rx,fact,irq_affinity,lo/rx-0,0,$' rx.csv
}

@test "rows: facts first, states in order, a row per interval, then the window" {
	both --interval 0.2 -- --seconds 1 --warmup 0.2 --interval 0.25 --cc reno --sndbuf 64K --msg 1M
	[ "$(states rx)" = "listening ready open closed " ]
	[ "$(states tx)" = "ready open closed " ]
	for end in rx tx; do
		[ "$(head -n 1 $end.csv)" = "time_s,end,source,metric,key,value,unit" ]
		# No fact of source fact comes after the first row of another source.
		awk -F, 'NR > 1 && $3 != "fact" { others = 1 } others && $3 == "fact" { exit 1 }' $end.csv
		awk -F, -v e=$end 'NR > 1 && ($2 != e || NF != 7) { exit 1 }' $end.csv
	done
	[ "$(grep -c '^[0-9.]*,tx,path,bytes,' tx.csv)" -ge 3 ]
	[ "$(grep -c '^[0-9.]*,rx,path,bytes,' rx.csv)" -ge 4 ]
	# Effective values: the kernel doubles a send buffer, and --cc is what the socket has.
	grep -q '^,tx,fact,option,sndbuf,128K,$' tx.csv
	grep -q '^,tx,fact,option,cc,reno,$' tx.csv
	grep -q "^,rx,fact,option,cc,$(sysctl -n net.ipv4.tcp_congestion_control),$" rx.csv
	grep -q '^,tx,fact,option,seconds,1,$' tx.csv
	[ "$(value tx window_ns)" -ge 1000000000 ]
	[ "$(value tx messages)" -ge 1 ]
	[ "$(value rx bytes_life)" = "$(value tx bytes_life)" ]
	if [ -x "$BUILD/zcroi" ]; then
		# Both ends in one file, as zcprof writes them.
		{
			head -n 1 rx.csv
			grep -h ',fact,' rx.csv tx.csv
			grep -hv ',fact,\|^time_s' rx.csv tx.csv
		} >run.csv
		"$BUILD/zcroi" check run.csv
	fi
}

@test "the gate leads: start, open, close" {
	rx
	(
		wait_for ',ready,' tx.csv >&2
		echo start
		sleep 0.3
		echo open
		wait_for ',open,' tx.csv >&2
		sleep 0.5
		echo close
	) | tx --gate --seconds 1
	rx_ends
	[ "$rx_code" = 0 ]
	[ "$(states tx)" = "ready open closed " ]
	# By the gate and not by --seconds; and traffic was there before the window.
	[ "$(value tx window_ns)" -lt 900000000 ]
	[ "$(value tx bytes_life)" -gt "$(value tx bytes)" ]
}

@test "the gate's end before 'close' fails the run, and so does a wrong word" {
	rx
	code=0
	echo start | tx --gate || code=$?
	rx_ends
	[ "$code$rx_code" = 11 ]
	[[ "$(cat tx.err)" == *"the gate ended before it said 'close'"* ]]
	[[ "$(cat rx.err)" == *"the peer gave up: the gate ended"* ]]
	rx
	code=0
	(echo begin; sleep 5) | tx --gate || code=$?
	rx_ends
	[ "$code$rx_code" = 11 ]
	[[ "$(cat tx.err)" == *"the gate said 'begin'"* ]]
}

@test "an ordinary user needs no privilege for copy" {
	[ "$(id -u)" = 0 ] || skip "this is an ordinary user already"
	command -v setpriv >/dev/null || skip "needs setpriv"
	reachable=$(mktemp -d)
	chmod a+rx "$reachable"
	cp "$BUILD/zcpath" "$reachable/zcpath"
	in_rx="setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all"
	in_tx=$in_rx
	BUILD=$reachable both --path copy -- --path copy --bytes 20M --verify --flows 2
	rm -r "$reachable"
	check_figures $((20 * MB))
}

# The CPUs that this process may use, one per line.
cpus_here() {
	taskset -cp $$ | sed 's/.*: //' | tr , '\n' | awk -F- '{ for (c = $1; c <= $NF; c++) print c }'
}

@test "thread i runs on the i-th CPU of --cpu, in turn" {
	mapfile -t cpus < <(cpus_here)
	[ "${#cpus[@]}" -ge 2 ] || skip "needs two CPUs"
	rx --cpu "${cpus[0]},${cpus[1]}"
	tx --seconds 2 --warmup 0.1 --flows 3 &
	wait_for ',open,' tx.csv
	for task in /proc/"$(pgrep -P "$rx_pid" -x zcpath)"/task/*; do
		echo "$(cat "$task/comm") $(taskset -cp "${task##*/}" | sed 's/.*: //')"
	done | grep '^rx-copy' | sort >placed
	rx_ends
	[ "$rx_code" = 0 ]
	diff placed - <<-END
		rx-copy-0 ${cpus[0]}
		rx-copy-1 ${cpus[1]}
		rx-copy-2 ${cpus[0]}
	END
}

@test "softirq work is placed by --irq-cpu, and put back" {
	queue=/sys/class/net/lo/queues/rx-0/rps_cpus
	[ -w $queue ] || skip "needs to write $queue"
	before=$(cat $queue)
	first=$(cpus_here | head -n 1)
	[ $((16#${before//,/})) != $((1 << first)) ] || skip "the loopback device is placed already: $before"
	rx --irq-cpu "$first"
	tx --seconds 0.3 --warmup 0.1 &
	wait_for ',open,' tx.csv
	[ $((16#$(tr -d , <$queue))) = $((1 << first)) ]
	rx_ends
	[ "$rx_code" = 0 ]
	grep -q "^,rx,fact,irq_affinity,lo/rx-0,$first,$" rx.csv
	[ "$(cat $queue)" = "$before" ]
}

@test "what this machine cannot do is exit 3 with the fix" {
	refused 3 "CPU 1023 is not there" rx --cpu 0,1023
	refused 3 "tcp_available_congestion_control" rx --cc nosuch --check
	refused 3 "tcp_available_congestion_control" rx --cc nosuch
	if [ "$(cat /proc/sys/vm/nr_hugepages)" = 0 ]; then
		refused 3 "vm.nr_hugepages" tx --to 127.0.0.1 --hugepages
	fi
}

@test "SIGINT at either end closes the window and keeps what was measured" {
	for signalled in rx tx; do
		rx
		tx --seconds 30 --warmup 0 &
		tx_job=$!
		wait_for ',open,' rx.csv
		wait_for ',open,' tx.csv
		sleep 0.3
		# timeout(1) would pass on a second one, and that one ends it at once.
		pkill -INT -f "^$BUILD/zcpath $signalled .*--port $port"
		code=0
		wait $tx_job || code=$?
		rx_ends
		[ "$code$rx_code" = 00 ]
		[ "$(value rx bytes)" -gt 0 ]
		[ "$(value tx bytes)" -gt 0 ]
		[[ "$(cat $signalled.err)" == *interrupted* ]]
		[ "$(value rx bytes_life)" = "$(value tx bytes_life)" ]
	done
}

@test "--verify finds what was changed on the way" {
	# The peer sends zeros where the pattern is expected.
	cc -O1 -D_GNU_SOURCE -o peer "$BATS_TEST_DIRNAME/../tool/peer.c"
	rx
	./peer connect "$port" \
		say "zcpath hello ${USUAL/verify=0/verify=1}" read key \
		flow 0 read say "zcpath start" read say "zcpath open" read send 100000 \
		say "zcpath close" read end say "zcpath total bytes=100000 bad=0 bad_flow=0 bad_at=0" read >peer.out
	rx_ends
	[ "$rx_code" = 1 ]
	[[ "$(cat rx.err)" == *"bytes were not what was sent, the first at byte 0 of flow 0"* ]]
	[ "$(value rx bad_bytes)" -gt 99000 ]
}

@test "buffers in 2 MiB pages" {
	pool=/proc/sys/vm/nr_hugepages
	[ -w $pool ] || skip "needs root, to reserve 2 MiB pages"
	before=$(cat $pool)
	echo $((before + 4)) >$pool
	free=$(awk '/^HugePages_Free/ { print $2 }' /proc/meminfo)
	if [ "$free" -ge 4 ]; then
		both --hugepages -- --hugepages --msg 2M --bytes 20M --verify || failed=1
	fi
	echo "$before" >$pool
	[ "$free" -ge 4 ] || skip "4 free 2 MiB pages could not be had: memory is fragmented"
	[ -z "$failed" ]
	check_figures $((20 * MB))
}
