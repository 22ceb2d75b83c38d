#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets: what xsk, xdp_drop and xdp_redirect count against what the device counted, and nft_drop against nft; whom they leave alone, and that
# nothing of them stays.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	"$BUILD/zcpath" paths | grep -q '^rx *xsk *yes' || skip "$("$BUILD/zcpath" paths | grep '^rx *xsk')"
	a=pkt$$-a b=pkt$$-b
	ip netns add $a
	ip netns add $b
	ip link add name v0 netns $a type veth peer name v0 netns $b
	for n in 1 2; do
		local ns=$([ $n = 1 ] && echo $a || echo $b)
		ip -n $ns link set lo up
		ip -n $ns addr add 10.97.0.$n/24 dev v0
		ip -n $ns addr add fd97::$n/64 dev v0 nodad
		ip -n $ns link set v0 up
	done
	in_tx="ip netns exec $a"
	in_rx="ip netns exec $b"
	host=10.97.0.2
}

teardown() {
	zcpath_teardown
	[ -z "${a-}" ] || ip netns del $a
	[ -z "${b-}" ] || ip netns del $b
}

# What veth itself counted of its receive queues, such as xdp_drops and xdp_redirect.
counted() { # WHAT
	$in_rx ethtool -S v0 | awk -v what="rx_queue_[0-9]+_$1:" '$1 ~ "^" what "$" { n += $2 } END { printf "%.0f\n", n }'
}

no_program() {
	! ip -n $b -d link show v0 | grep xdp || false
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

@test "what xsk receives is what the device handed over, less what the kernel says that it dropped; every byte checked" {
	for send in xsk copy; do
		for host in 10.97.0.2 fd97::2; do
			before=$(counted xdp_redirect)
			lost=$(counted xdp_redirect_errors)
			both --path xsk -- --path $send --udp 64 --seconds 0.3 --warmup 0 --verify
			taken=$(($(counted xdp_redirect) - before)) lost=$(($(counted xdp_redirect_errors) - lost))
			echo "$send to $host: device $taken, failed $lost, counted $(value rx bytes_life), sent $(value tx bytes_life)"
			[ "$(value rx bytes_life)" -gt 0 ]
			[ "$(value rx bytes_life)" = $((taken * 64)) ]
			[ "$(value rx bad_bytes)" = 0 ]
			[ "$(value rx given xsk)" = copy ]
			[ "$(value rx xsk_invalid)" = 0 ]
			no_program
		done
	done
}

@test "frames of the generator are datagrams to a socket, of every size, every byte checked" {
	for host in 10.97.0.2 fd97::2; do
		for size in 16 17 1399 1400; do
			both --path copy -- --path xsk --udp $size --seconds 0.2 --warmup 0 --verify
			[ "$(value rx bad_bytes)" = 0 ]
			[ "$(value rx datagrams)" -gt 0 ]
		done
	done
	# The kernel found no checksum that was wrong, nor anything else.
	$in_rx awk '/^Udp:/ && n++ { print "errors " $4 ", of full sockets " $6; exit $4 != $6 }' /proc/net/snmp
	[ "$($in_rx awk '$1 == "Udp6InErrors" { print $2 }' /proc/net/snmp6)" = "$($in_rx awk '$1 == "Udp6RcvbufErrors" { print $2 }' /proc/net/snmp6)" ]
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

@test "what nft_drop counts is what came to its hook, and nothing gets past it" {
	"$BUILD/zcpath" paths | grep -q '^rx *nft_drop *yes' || skip "$("$BUILD/zcpath" paths | grep '^rx *nft_drop')"
	for host in 10.97.0.2 fd97::2; do
		rx --path nft_drop
		$in_rx nft -f - <<-END
			table inet beside
			delete table inet beside
			table inet beside {
				chain before { type filter hook prerouting priority -400; udp dport $((port + 1)) udp length 26 counter comment "before"; }
				chain behind { type filter hook prerouting priority -200; udp dport $((port + 1)) udp length 26 counter comment "behind"; }
				chain others { type filter hook input priority 0; udp dport $((port + 1)) udp length != 26 counter comment "others"; }
			}
		END
		tx --path copy --udp 18 --flows 3 --seconds 2 --warmup 0.1 3>&- &
		tx_pid=$!
		wait_for ',open,' rx.csv
		$in_rx nft list tables | grep zcprof_drop
		# Somebody else's, of another size.
		$in_tx python3 - "$host" $((port + 1)) <<-'END'
			import socket, sys
			s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
			for _ in range(20):
			    s.sendto(b"x" * 13, (sys.argv[1], int(sys.argv[2])))
		END
		wait $tx_pid
		rx_ends
		cat rx.err
		counter() { $in_rx nft list table inet beside | sed -n "s/.*counter packets \([0-9]*\) .*\"$1\".*/\1/p"; }
		echo "$host: before $(counter before), behind $(counter behind), others $(counter others), counted $(($(value rx bytes_life) / 18))"
		[ "$rx_code" = 0 ]
		[ "$(counter before)" -gt 0 ]
		[ "$(value rx bytes_life)" = $(($(counter before) * 18)) ]
		[ "$(counter behind)" = 0 ]
		[ "$(counter others)" -ge 10 ]
		for flow in 0 1 2; do
			[ "$(value rx flow_bytes $flow)" -gt 0 ]
		done
		# Which are missing, nobody has seen.
		! value rx datagrams_missed || false
		grep -q '^,rx,collector,absent,path/datagrams_missed,' rx.csv
		! $in_rx nft list tables | grep zcprof_drop || false
	done
	# The kernel takes it off where zcpath cannot.
	rx --path nft_drop
	tx --path copy --udp 18 --seconds 20 3>&- &
	wait_for ',open,' rx.csv
	$in_rx nft list tables | grep zcprof_drop
	pkill -KILL -f "zcpath [rt]x .*--port $port( |\$)"
	wait || :
	for _ in $(seq 100); do
		$in_rx nft list tables | grep -q zcprof_drop || break
		sleep 0.05
	done
	! $in_rx nft list tables | grep zcprof_drop || false
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

@test "two flows over two queues, with a memory of their own and with one for both" {
	ip -n $a link del v0
	ip link add name v0 netns $a numtxqueues 2 numrxqueues 2 type veth peer name v0 netns $b numtxqueues 2 numrxqueues 2
	for n in 1 2; do
		local ns=$([ $n = 1 ] && echo $a || echo $b)
		ip -n $ns addr add 10.97.0.$n/24 dev v0
		ip -n $ns link set v0 up
	done
	for options in "" --share-umem; do
		# shellcheck disable=SC2086 # words
		both --path xsk $options -- --path xsk $options --flows 2 --seconds 0.5 --warmup 0 --verify
		[ "$(value rx bad_bytes)" = 0 ]
		[ "$(value rx xdp_misplaced)" = 0 ]
		for n in 0 1; do
			[ "$(value rx flow_bytes $n)" -gt 0 ]
			[ "$(value rx queue_datagrams $n)" -gt 0 ]
		done
	done
	# All by one queue: what is the other flow's goes on to the stack, and is said.
	both --path xsk -- --path xsk --queues 0 --share-umem --flows 1 --seconds 0.2 --warmup 0
	both --path xsk --queues 1 -- --path xsk --queues 0 --seconds 0.2 --warmup 0 || :
	[ "$(value rx xdp_misplaced)" -gt 0 ]
}

@test "queues that a run has set are put back when its sockets are gone from them, at both ends" {
	ip -n $a link del v0
	ip link add name v0 netns $a numtxqueues 2 numrxqueues 2 type veth peer name v0 netns $b numtxqueues 2 numrxqueues 2
	for n in 1 2; do
		local ns=$([ $n = 1 ] && echo $a || echo $b)
		ip netns exec $ns ethtool -L v0 rx 1 tx 1
		ip -n $ns addr add 10.97.0.$n/24 dev v0
		ip -n $ns link set v0 up
	done
	# The kernel lets go of a queue a moment after the last socket on it was closed.
	for _ in 1 2 3; do
		both --path xsk --queues-count 2 -- --path xsk --queues-count 2 --flows 2 --seconds 0.2 --warmup 0
		for ns in $a $b; do
			[ "$(ip netns exec $ns ethtool -l v0 | awk '/Current/ { now = 1 } now && /^(RX|TX):/ { print $2 }' | xargs)" = "1 1" ]
		done
	done
}

@test "more flows than --queues names is refused at both ends, with one memory for all too" {
	for umem in "" --share-umem; do
		for end in rx tx; do
			for_rx=$umem for_tx=$umem
			[ $end = rx ] && for_rx+=" --queues 0" || for_tx+=" --queues 0"
			# The kernel takes its time to free a queue that the one before had.
			for _ in 1 2 3 4 5; do
				# shellcheck disable=SC2086 # words
				rx --path xsk $for_rx
				code=0
				# shellcheck disable=SC2086 # words
				tx --path xsk $for_tx --flows 2 --seconds 0.2 --warmup 0 || code=$?
				rx_ends
				cat rx.err tx.err
				grep -q "or cannot give it away" rx.err tx.err || break
				sleep 0.2
			done
			[ "$([ $end = rx ] && echo "$rx_code" || echo "$code")" = 3 ]
			grep -q "2 flows take a queue each, and --queues names 1" $end.err
		done
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
