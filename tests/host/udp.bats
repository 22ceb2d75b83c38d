#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Datagrams: what the two ends count, against what the kernel and a firewall rule dropped.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
}

teardown() {
	zcpath_teardown
	[ -z "${ns-}" ] || ip netns del $ns
}

# In the namespace: by full sockets and for want of memory for them, which is the machine's (InErrors has both), and by
# the backlog of a CPU, which others fill as well (counted by the device).
kernel_dropped() {
	local sockets backlog
	sockets=$(ip netns exec $ns awk '/^Udp:/ { if (n++) print $4 }' /proc/net/snmp)
	backlog=$(ip netns exec $ns awk '$1 == "lo:" { print $5 }' /proc/net/dev)
	echo $((sockets + backlog))
}

@test "what was lost is what the kernel and a rule dropped, to the datagram" {
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	command -v nft >/dev/null || skip "needs nft, to drop some"
	ns=udp$$
	ip netns add $ns
	ip -n $ns link set lo up
	ip netns exec $ns nft -f - <<-END
		table inet drops {
			counter dropped { }
			chain in {
				type filter hook input priority 0;
				udp dport $((port + 1)) numgen inc mod 10 == 0 counter name dropped drop
			}
		}
	END
	in_rx="ip netns exec $ns" in_tx="ip netns exec $ns"
	both --path copy -- --path copy --udp 1400 --flows 2 --seconds 1 --warmup 0 --verify
	[ "$(value rx bad_bytes)" = 0 ]
	lost=$((($(value tx bytes_life) - $(value rx bytes_life)) / 1400))
	dropped=$(ip netns exec $ns nft list counter inet drops dropped | awk '/packets/ { print $2 }')
	full=$(kernel_dropped)
	echo "lost $lost, dropped by the rule $dropped, by the kernel $full; missed $(value rx datagrams_missed)"
	[ "$dropped" -gt 0 ]
	[ "$lost" = $((dropped + full)) ]
	# The numbers say the same of the window, but for what is under way at its edges.
	sent=$(value tx datagrams) known=$(($(value rx datagrams) + $(value rx datagrams_missed)))
	echo "sent $sent, received or missed $known"
	[ $((known * 10)) -gt $((sent * 9)) ] && [ $((known * 9)) -lt $((sent * 10)) ] || false
	[ "$(value rx datagrams_late)" = 0 ]
}

@test "datagrams of somebody else's, with the sender's address and numbers of their own, make no loss" {
	[ "$(id -u)" = 0 ] || skip "datagrams with another's port take root"
	# So large that a million, of which the first would be too far off, takes seconds.
	rx --path copy
	"$BUILD/zcpath" tx --to "$host" --port "$port" --udp 16384 --seconds 5 --warmup 0 >tx.csv 2>tx.err 3>&- &
	sending=$!
	wait_for ',open,' rx.csv
	# A full socket would drop them.
	kill -STOP "$sending"
	sleep 0.5
	from=$(ss -Huan "dport = :$((port + 1))" | awk '{ sub(".*:", "", $4); print $4; exit }')
	python3 - "$from" "$((port + 1))" <<-'END'
		import socket, struct, sys
		raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
		# The first shows that they get there: it is late.
		# The last two are in a row: the numbers begin anew there, and again where the sender goes on.
		for number in [0, 1 << 63, (1 << 64) - 1, 1 << 40, 1 << 60, (1 << 60) + 1]:
		    raw.sendto(struct.pack("!HHHH", int(sys.argv[1]), int(sys.argv[2]), 16392, 0) +
		               struct.pack("<Q", number) + b"x" * 16376, ("127.0.0.1", 0))
	END
	sleep 0.2
	kill -CONT "$sending"
	wait "$sending"
	rx_ends
	sent=$(value tx datagrams) late=$(value rx datagrams_late) missed=$(value rx datagrams_missed)
	echo "sent $sent, missed $missed, late $late"
	[ "$late" -eq 1 ]
	[ "$missed" -le "$sent" ]
	[ "$(value rx datagrams_jumped)" -ge 1 ] && [ "$(value rx datagrams_jumped)" -le 2 ] || false
	# It goes on counting what the sender sends, and what full sockets dropped of that.
	known=$(($(value rx datagrams) + missed))
	[ $((known * 10)) -gt $((sent * 9)) ] && [ $((known * 9)) -lt $((sent * 10)) ] || false
}

@test "a shorter datagram of somebody else's that the kernel joins to others does not take them with it" {
	[ "$(id -u)" = 0 ] || skip "datagrams with another's port take root"
	rx --path copy --udp-gro
	"$BUILD/zcpath" tx --to "$host" --port "$port" --udp 16384 --seconds 3 --warmup 0 >tx.csv 2>tx.err 3>&- &
	sending=$!
	wait_for ',open,' rx.csv
	kill -STOP "$sending"
	sleep 0.5
	from=$(ss -Huan "dport = :$((port + 1))" | awk '{ sub(".*:", "", $4); print $4; exit }')
	python3 - "$from" "$((port + 1))" <<-'END'
		import socket, struct, sys
		SOL_UDP, UDP_SEGMENT = 17, 103
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
		s.bind(("127.0.0.1", int(sys.argv[1])))
		s.setsockopt(SOL_UDP, UDP_SEGMENT, 16384)
		s.sendto(b"".join(struct.pack("<Q", n) + b"x" * 16376 for n in range(3)) + b"short", ("127.0.0.1", int(sys.argv[2])))
	END
	sleep 0.2
	kill -CONT "$sending"
	wait "$sending"
	rx_ends
	[ "$rx_code" = 0 ]
	# Numbers that have long gone by.
	echo "late: $(value rx datagrams_late)"
	[ "$(value rx datagrams_late)" = 3 ]
}

@test "a sender that may pin little waits for room, and what it was refused is not missing" {
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	ns=udp$$
	ip netns add $ns
	ip -n $ns link set lo up
	setpriv --reuid 65534 --clear-groups test -x "$BUILD/zcpath" || skip "another user cannot reach $BUILD"
	# What waits in its queue is pinned.
	ip netns exec $ns tc qdisc add dev lo root tbf rate 200mbit burst 64k latency 10s || skip "this kernel has no tbf"
	in_rx="ip netns exec $ns"
	in_tx="ip netns exec $ns prlimit --memlock=131072 setpriv --reuid 65534 --clear-groups --bounding-set -all"
	both --path copy -- --path zerocopy --udp 1400 --seconds 0.5 --warmup 0
	full=$(kernel_dropped)
	echo "refused $(value tx enobufs), sent $(value tx bytes_life), got $(value rx bytes_life), missed $(value rx datagrams_missed), full $full"
	[ "$(value tx enobufs)" -gt 0 ]
	[ "$(value rx datagrams_missed)" -le "$full" ]
}

@test "few buffers and one request for each receive: rx uring asks anew, and takes nothing for another's answer" {
	for how in "--buffers 2" --singleshot; do
		for what in "--udp 100" "--rpc 64:64 --rpc-depth 16"; do
			# shellcheck disable=SC2086 # words
			both --path uring $how -- --path copy $what --seconds 0.3 --warmup 0
			echo "$how, $what: $(value rx bytes_life) bytes, asked anew $(value rx rearms) times"
			[ "$(value rx bytes_life)" -gt 0 ]
			[ "$how" != --singleshot ] || [ "$(value rx rearms)" -gt 0 ]
		done
	done
}

# The window's edge may fall between two counts of the same datagrams: as many as one call moves, at most.
near() { # FIGURE OTHER MOST
	local apart=$(($1 - $2))
	echo "$1 and $2"
	[ "${apart#-}" -le "$3" ]
}

@test "datagrams of every size, cut and joined by the kernel, every byte checked" {
	for size in 16 1400 65507; do
		both --path copy -- --path copy --udp $size --seconds 0.2 --warmup 0 --verify
		[ "$(value rx bad_bytes)" = 0 ]
		[ "$(value rx datagrams)" -gt 0 ]
		near "$(value rx bytes)" $(($(value rx datagrams) * size)) "$size"
	done
	both --path copy --udp-gro -- --path copy --udp 1400 --udp-gso 40 --seconds 0.5 --warmup 0 --verify
	[ "$(value rx bad_bytes)" = 0 ]
	near "$(value rx bytes)" $(($(value rx datagrams) * 1400)) 65536
	near "$(value tx datagrams)" $(($(value tx calls sendto) * 40)) 40
	# Joined: fewer calls than datagrams.
	[ "$(value rx calls recvmsg)" -lt "$(value rx datagrams)" ]
}

snmp() { # a counter of Udp, as the kernel of the namespace has it
	ip netns exec $ns awk -v name="$1" \
		'/^Udp:/ { if (n++) print $at; for (i = 1; i <= NF; i++) if ($i == name) at = i }' /proc/net/snmp
}

@test "every path of datagrams counts what the kernel counts, and says what was copied" {
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	ns=udp$$
	ip netns add $ns
	ip -n $ns link set lo up
	in_rx="ip netns exec $ns" in_tx="ip netns exec $ns"
	for rx in copy uring; do
		for tx in copy uring send_zc "send_zc --plain-buffers" "send_zc --depth 1 --flush-every 1" zerocopy; do
			in=$(snmp InDatagrams) out=$(snmp OutDatagrams) full=$(snmp RcvbufErrors)
			# shellcheck disable=SC2086 # $tx is words
			both --path $rx -- --path $tx --udp 1400 --seconds 0.2 --warmup 0 --verify
			in=$(($(snmp InDatagrams) - in)) out=$(($(snmp OutDatagrams) - out)) full=$(($(snmp RcvbufErrors) - full))
			echo "$rx, $tx: kernel in $in, out $out, full $full"
			[ "$(value rx bad_bytes)" = 0 ]
			[ "$(value rx datagrams_late)" = 0 ]
			[ "$(value rx bytes_life)" = $((in * 1400)) ]
			[ "$(value tx bytes_life)" = $((out * 1400)) ]
			[ "$in" -gt 0 ] && [ $((in + full)) = "$out" ] || false
			# Over loopback the kernel copies, whatever was asked for; what is under way at an edge is in one figure alone.
			[ "$(value tx bytes_zerocopy)" = 0 ]
			near "$(value tx bytes_copied)" "$(value tx bytes)" $((4096 * 1400))
			near "$(value tx sends)" "$(value tx datagrams)" 1
		done
	done
}

@test "notifications: one of each send through io_uring, as its own histogram has them" {
	both --path copy -- --path send_zc --udp 1400 --depth 4 --seconds 0.3 --warmup 0
	of_delays=$(awk -F, '$4 == "notification_delay" { sum += $6 } END { printf "%.0f\n", sum }' tx.csv)
	[ "$of_delays" -gt 0 ]
	near "$of_delays" "$(value tx notifications)" 4
	near "$of_delays" "$(value tx sends)" 4096
	# A stream has them too, and waits for each if it is told to.
	both --path copy -- --path send_zc --write 4K --depth 1 --flush-every 1 --seconds 0.3 --warmup 0
	near "$(value tx notification_waits)" "$(value tx sends)" 1
	near "$(awk -F, '$4 == "notification_delay" { sum += $6 } END { printf "%.0f\n", sum }' tx.csv)" "$(value tx sends)" 1
}

@test "the calls of datagram paths are those that strace counts" {
	command -v strace >/dev/null || skip "needs strace"
	in_tx="strace -f -c -o calls -e trace=io_uring_enter,sendto"
	traced() { awk -v call="$1" '$NF == call { print $4 }' calls; }
	both --path copy -- --path zerocopy --udp 1400 --seconds 0.3 --warmup 0
	near $(($(value tx bytes_life) / 1400)) "$(traced sendto)" 4
	# --depth at once, and a call or two at the end.
	both --path copy -- --path uring --udp 1400 --depth 4 --seconds 0.3 --warmup 0
	near $(($(value tx bytes_life) / 1400 / 4)) "$(traced io_uring_enter)" 4
	near "$(value tx sends)" $(($(value tx calls io_uring_enter) * 4)) 8
}

@test "what has no meaning for datagrams is refused in a sentence" {
	refused() {
		run --separate-stderr "$BUILD/zcpath" tx --to "$host" "${@:2}"
		echo "$stderr"
		[ "$status" = 2 ]
		[[ "$stderr" == *$1* ]]
	}
	refused "expected 16 to" --udp 15
	refused "expected 16 to" --udp 65508
	refused "give --udp BYTES too" --udp-gso 4
	refused "--bytes has no meaning with --udp" --udp 64 --bytes 1M
	refused "sends no datagrams" --udp 64 --path sendfile
	refused "--cc has no meaning with --udp: it is for streams" --udp 64 --cc cubic
	refused "--mss has no meaning with --udp" --udp 64 --mss 1000
	refused "--pacing has no meaning with --udp" --udp 64 --pacing 1G
	refused "--verify has no meaning with --away" --udp 64 --away 10.99.0.2 --verify
	refused "--away nosuch: expected the number of an address that nobody has" --udp 64 --away nosuch
	rx --path mmap
	code=0
	tx --udp 64 || code=$?
	rx_ends
	[ "$rx_code" = 3 ]
	grep -q "takes no datagrams" rx.err
}

@test "memory is what a sender of datagrams takes, as the kernel counts it" {
	for path in copy uring send_zc; do
		rx --path copy
		tx --path $path --udp 65507 --flows 3 --seconds 2 --warmup 0 3>&- &
		tx_pid=$!
		wait_for ',open,' tx.csv
		resident=$(awk '$1 == "VmRSS:" { print $2 * 1024 }' "/proc/$(pgrep -f "^$BUILD/zcpath tx .*--port $port ")/status")
		wait $tx_pid
		rx_ends
		memory=$(value tx memory)
		echo "$path: said $memory, resident $resident"
		# Beside it there is the program, with its stacks and counters.
		[ "$resident" -ge "$memory" ]
		[ "$resident" -le $((memory + (24 << 20))) ]
	done
}
