#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What xdp_drop and xdp_redirect count against what the device counted; whom they and xsk leave alone, and that nothing of
# them stays.

bats_require_minimum_version 1.5.0
load zcpath
load packets

setup() {
	packets_setup
}

teardown() {
	packets_teardown
}

@test "what xdp_drop counts is what the device dropped for it, whoever sends" {
	for send in xsk copy; do
		for host in 10.97.0.2 fd97::2; do
			before=$(counted xdp_drops)
			both --path xdp_drop -- --path $send --udp 64 --seconds 0.3 --warmup 0.1
			dropped=$(($(counted xdp_drops) - before))
			echo "$send to $host: dropped $dropped, counted $(value rx bytes_life) bytes of $(value tx bytes_life)"
			[ "$dropped" -gt 0 ]
			[ "$(value rx bytes_life)" = $((dropped * 64)) ]
			[ "$(value rx given xdp)" = native ]
			[ "$(value rx queue_datagrams 0)" -le "$dropped" ]
			! value rx bytes_zerocopy || false
			no_program
		done
	done
}

@test "what came by a queue is of the window alone" {
	both --path xdp_drop -- --path copy --udp 64 --seconds 0.3 --warmup 1
	queue=$(value rx queue_datagrams 0) all=$(value rx datagrams)
	echo "queue 0: $queue, all of the window: $all"
	[ "$queue" -gt $((all / 2)) ] && [ "$queue" -lt $((all * 2)) ] || false
}

# The namespace that xdp_redirect forwards to: it has no name, and zcpath alone holds it.
in_sink() { # COMMAND…
	local fd pid
	pid=$(<"/proc/$rx_pid/task/$rx_pid/children")
	for fd in /proc/"${pid% }"/fd/*; do
		[[ $(readlink "$fd") == "net:"* ]] || continue
		nsenter --net="$fd" ip link show zcprof-end >/dev/null 2>&1 || continue
		nsenter --net="$fd" "$@"
		return
	done
	return 1
}

@test "what xdp_redirect counts is what came out behind the device that it forwards by" {
	for how in "native 10.97.0.2" "native fd97::2" "generic 10.97.0.2"; do
		mode=${how% *} host=${how#* }
		before=$(counted xdp_redirect)
		rx --path xdp_redirect --xdp-mode "$mode"
		tx --path copy --udp 64 --seconds 50 --warmup 0 3>&- &
		tx_pid=$!
		wait_for ',open,' rx.csv
		# What the far end's device has received until then is in what was counted.
		for _ in $(seq 100); do
			came=$(in_sink ip -s -j link show zcprof-end | jq '.[0].stats64.rx.packets')
			[ "$came" -lt 100 ] || break
			sleep 0.05
		done
		in_sink ip link show zcprof-out
		! $in_rx ip link show zcprof-out || false
		pkill -INT -f "zcpath tx .*--port $port( |\$)"
		wait $tx_pid || :
		rx_ends
		cat rx.err
		got=$(($(value rx bytes_life) / 64)) handed=$(($(counted xdp_redirect) - before)) sent=$(($(value tx bytes_life) / 64))
		echo "$how: sent $sent, device handed on $handed, came so far $came, counted $got, missed $(value rx datagrams_missed)"
		# Beside them some of the kernel's own, such as neighbour discovery.
		[ "$came" -ge 100 ] && [ "$got" -ge "$((came - 50))" ] && [ "$got" -le "$sent" ] || false
		# What the device has handed on, less what found no room at the next.
		[ "$mode" = generic ] || [ "$got" -le "$handed" ]
		[ "$mode" = generic ] || [ "$got" -ge $((handed * 9 / 10)) ]
		[[ "$(value rx given xdp)" == $mode* ]]
		! value rx bytes_zerocopy || false
		no_program
	done
}

@test "a foreign packet passes: another port, another size, another sender" {
	command -v nft >/dev/null || skip "needs nft, to count what passed"
	for path in xdp_drop xdp_redirect xsk; do
		rx --path $path
		$in_rx nft -f - <<-END
			table inet passed
			delete table inet passed
			table inet passed {
				chain in {
					type filter hook input priority 0;
					udp dport 9 counter comment "port"
					udp dport $((port + 1)) udp length 21 counter comment "size"
					udp dport $((port + 1)) udp length 26 counter comment "sender"
				}
			}
		END
		tx --path xsk --udp 18 --seconds 1 --warmup 0 3>&- &
		tx_pid=$!
		wait_for ',open,' rx.csv
		$in_tx python3 - "$port" <<-'END'
			# The generator fills the device's ring, which drops some of anybody's: so more than are asked for.
			import socket, sys, time
			s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
			for _ in range(300):
			    time.sleep(0.002)
			    s.sendto(b"x" * 18, ("10.97.0.2", 9))
			    s.sendto(b"x" * 13, ("10.97.0.2", int(sys.argv[1]) + 1))
			    s.sendto(b"x" * 18, ("10.97.0.2", int(sys.argv[1]) + 1))
		END
		wait $tx_pid
		rx_ends
		[ "$rx_code" = 0 ]
		$in_rx nft list table inet passed
		[ "$($in_rx nft list table inet passed | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p' |
			awk '$1 >= 5 { n++ } END { print +n }')" = 3 ]
	done
}

# Frames of somebody else's with the flow's addresses and ports, of --udp 18: NUMBER, or NUMBER/BYTES that are left out.
forge() { # PORT-OF-THE-SENDER NUMBER…
	# On one CPU, which is where veth hands them over, and so where the program doubts them.
	$in_tx taskset -c 0 python3 - "$port" "$($in_rx cat /sys/class/net/v0/address)" "$@" <<-'END'
		import socket, struct, sys
		to, mac, source = int(sys.argv[1]) + 1, bytes.fromhex(sys.argv[2].replace(":", "")), int(sys.argv[3])
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("v0", 0))
		for what in sys.argv[4:]:
		    number, _, less = what.partition("/")
		    udp = struct.pack("!HHHH", source, to, 26, 0) + struct.pack("<Q", int(number)) + b"x" * 10
		    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 46, 0, 0, 64, 17, 0, socket.inet_aton("10.97.0.1"), socket.inet_aton("10.97.0.2"))
		    s.send((mac + bytes(6) + b"\x08\x00" + ip + udp)[:60 - int(less or 0)])
	END
}

@test "forged numbers make no loss, and a frame that is shorter than it says is nobody's" {
	for path in xdp_drop xsk; do
		rx --path $path
		# shellcheck disable=SC2086 # words
		$in_tx "$BUILD/zcpath" tx --to "$host" --port "$port" --path copy --udp 18 --seconds 4 --warmup 0 >tx.csv 2>tx.err 3>&- &
		sending=$!
		wait_for ',open,' rx.csv
		source=$($in_tx ss -Huan "dport = :$((port + 1))" | awk '{ sub(".*:", "", $4); print $4; exit }')
		# Nothing comes between them: the last two are in a row. Then the sender goes on.
		kill -STOP "$sending"
		sleep 0.2
		forge "$source" 18446744073709551614 $((1 << 60)) 18446744073709551615 $((1 << 62)) 1/10 $((1 << 61)) $(((1 << 61) + 1))
		kill -CONT "$sending"
		wait "$sending" || cat tx.err
		rx_ends
		sent=$(value tx datagrams) got=$(value rx datagrams) missed=$(value rx datagrams_missed)
		echo "$path: sent $sent, got $got, missed $missed, late $(value rx datagrams_late), jumped $(value rx datagrams_jumped)"
		# Where nothing is lost, the two that were believed are more than was sent, which is said.
		[ "$rx_code" = 0 ] || grep "bytes and the receiver got" rx.err
		[ "$missed" -le "$sent" ] && [ "$got" -gt $((sent / 4)) ] || false
		[ "$(value rx datagrams_jumped)" -ge 1 ]
		[ $path != xsk ] || [ "$(value rx xsk_short)" = 1 ]
	done
}

@test "generic XDP drops where there is an skb already, and is said to be that" {
	rx --path xdp_drop --xdp-mode generic
	tx --path copy --udp 64 --seconds 1 --warmup 0 3>&- &
	tx_pid=$!
	wait_for ',open,' rx.csv
	ip -n $b -d link show v0 | grep xdpgeneric
	before=$(counted xdp_drops)
	wait $tx_pid
	rx_ends
	[ "$rx_code" = 0 ]
	[[ "$(value rx given xdp)" == generic* ]]
	# None of them came to where the driver runs a program.
	[ "$before" = 0 ] && [ "$(counted xdp_drops)" = 0 ] || false
	[ "$(value rx datagrams)" -gt 0 ]
	[ "$(value rx bytes_life)" -le "$(value tx bytes_life)" ]
}

@test "tc drops where the stack begins, and nothing comes to the socket" {
	rx --path xdp_drop --xdp-mode tc
	tx --path copy --udp 64 --seconds 1 --warmup 0 3>&- &
	tx_pid=$!
	wait_for ',open,' rx.csv
	before=$($in_rx awk '/^Udp:/ && $2 + 0 == $2 { print $2 }' /proc/net/snmp)
	wait $tx_pid
	rx_ends
	cat rx.err
	[ "$rx_code" = 0 ]
	[[ "$(value rx given xdp)" == tc* ]]
	[ "$(counted xdp_drops)" = 0 ]
	[ "$($in_rx awk '/^Udp:/ && $2 + 0 == $2 { print $2 }' /proc/net/snmp)" = "$before" ]
	[ "$(value rx datagrams)" -gt 0 ]
	[ "$(value rx bytes_life)" = "$(value tx bytes_life)" ]
}

@test "tc drops what has its bytes in pages, and the headers alone in the skb" {
	for ns in $a $b; do
		ip -n $ns link set v0 mtu 65000
	done
	for host in 10.97.0.2 fd97::2; do
		both --path xdp_drop --xdp-mode tc -- --path copy --udp 40000 --seconds 0.3 --warmup 0.1
		[ "$(value rx datagrams)" -gt 0 ]
		[ "$(value rx bytes_life)" = "$(value tx bytes_life)" ]
	done
}

@test "SIGKILL leaves no program at the device" {
	for path in xdp_drop xdp_redirect xsk; do
		rx --path $path
		tx --path xsk --seconds 20 3>&- &
		wait_for ',open,' rx.csv
		ip -n $b -d link show v0 | grep xdp
		pkill -KILL -f "zcpath [rt]x .*--port $port( |\$)"
		wait || :
		for _ in $(seq 100); do
			! no_program || break
			sleep 0.05
		done
		no_program
	done
}

@test "a device that has a program already is said, and keeps it" {
	command -v clang >/dev/null || skip "needs clang, for a program"
	printf '__attribute__((section("xdp"), used)) int pass(void *ctx) { return 2; }' |
		clang -O2 -target bpf -x c -c -o pass.o -
	ip -n $b link set v0 xdpdrv obj pass.o sec xdp || skip "this ip loads no XDP program"
	rx --path xdp_drop
	! tx --path xsk --seconds 1 || false
	rx_ends
	cat rx.err
	[ "$rx_code" = 3 ]
	grep -q "has an XDP program already" rx.err
	ip -n $b -d link show v0 | grep xdp
}

@test "what cannot be is said in a sentence" {
	refused() { # STATUS SENTENCE END ARG…
		local to=()

		[ "$3" = rx ] || to=(--to "$host")
		run --separate-stderr "$BUILD/zcpath" "$3" "${to[@]}" "${@:4}"
		echo "$stderr"
		[ "$status" = "$1" ]
		[[ "$stderr" == *$2* ]]
	}
	refused 2 "expected auto, copy or zerocopy" rx --path xsk --xsk-mode fast
	refused 2 "hands nothing to a socket or a device" rx --path xdp_redirect --xdp-mode tc
	refused 2 "has no meaning for --path nft_drop" rx --path nft_drop --xdp-mode native
	refused 2 "expected auto, native, generic or tc" rx --path xdp_drop --xdp-mode fast
	refused 2 "expected a power of two" tx --path xsk --xsk-ring 100
	refused 2 "expected 2K or 4K" tx --path xsk --xsk-frame 3K
	refused 2 "cannot be more than --xsk-ring" tx --path xsk --xsk-ring 64 --xsk-batch 65
	refused 2 "--udp-gso has no meaning for --path xsk" tx --path xsk --udp-gso 2
	refused 2 "has no meaning for --path xdp_drop" rx --path xdp_drop --xsk-ring 64
	# What is told to a socket has no meaning where none takes the bytes.
	for option in "--mss 1000" "--cc cubic" "--pacing 1G" "--sndbuf 64K"; do
		# shellcheck disable=SC2086 # words
		refused 2 "${option% *} has no meaning for --path xsk" tx --path xsk $option
	done
	for option in "--mss 1000" "--cc cubic" "--rcvbuf 64K" "--read 64K" "--udp-gro=yes"; do
		for path in xsk xdp_drop; do
			# shellcheck disable=SC2086 # words
			refused 2 "has no meaning for --path $path" rx --path $path $option
		done
	done
	refused 2 "has no meaning for --path xsk" tx --path xsk --udp 64 --away 10.99.0.2
	refused 2 "expected queue numbers below 1024" tx --path xsk --udp 64 --queues 70000
	refused 2 "before nft(8) could drop them" rx --path xsk --loss 100
	# Without privileges both say so, and 3.
	for path in xsk xdp_drop xdp_redirect nft_drop; do
		run --separate-stderr setpriv --reuid 65534 --clear-groups --bounding-set -all "$BUILD/zcpath" rx --path $path
		echo "$stderr"
		[ "$status" = 3 ]
		[[ "$stderr" == *"run as root"* ]]
	done
	# A stream, bytes that nobody sees, frames that are too small, and zero copy that veth has not.
	fails() { # SENTENCE "ARG…" of rx, ARG… of tx
		# shellcheck disable=SC2086 # words
		rx $2
		! tx --seconds 1 "${@:3}" || false
		rx_ends
		cat rx.err tx.err
		[ "$rx_code" != 0 ]
		grep -q -e "$1" rx.err tx.err
	}
	fails "takes datagrams alone" "--path xdp_drop" --path copy
	for path in xdp_drop xdp_redirect nft_drop; do
		fails "looks into no datagram" "--path $path" --path xsk --verify
	done
	ip -n $a link set v0 mtu 3000
	ip -n $b link set v0 mtu 3000
	fails "into frames, where there is room for 1792" "--path xsk" --path copy --udp 1800
	fails "xsk-mode copy, or auto" "--path xsk --xsk-mode zerocopy" --path xsk
	fails "do not fit the MTU" "--path xdp_drop" --path xsk --udp 2973
}
