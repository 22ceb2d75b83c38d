#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zcpath's paths of whole frames beside xdp-bench and xdp-trafficgen of xdp-tools, in the lab's machine; 'make
# bench-lab' calls it. Between two network namespaces there is a veth pair, whose driver has XDP; frames are of 60
# bytes; one round after the other, in another order each time.
#
#   xdp_drop  zcpath rx xdp_drop, which knows a run's datagrams by their addresses, ports and numbers, and counts what
#             is missing; xdp-bench drop, which parses the IP header (parse_ip), or looks at nothing (no_touch)
#   xsk       zcpath rx xsk, which sleeps while there is nothing; xdp-bench xsk-drop, which does not, or by poll(2)
#   xsk_tx    zcpath tx xsk; xdp-trafficgen xsk-udp; dropped by xdp-bench
#
# Of the first two the sender is zcpath tx xsk whoever receives. What is compared is the rate at which the receiving
# device's own counter grows, less what it lost: what its XDP program dropped, or a socket was given. By the clock of instructions that is
# packets for so many instructions of both ends, and the mean of instructions for a packet is printed, too: a
# receiver's part of it is the smaller one, so ratios are nearer to 1 than those of the receivers alone.
#
#   BUILD, PEERS (a folder of these programs), PAIRS (rounds), WINDOW (seconds of each), ONLY (some of the above),
#   INSTRUCTION_NS. Figures go to $OUT/xdp_drop.csv and so on.
# shellcheck source=tests/bench/kit.bash
. "$(dirname "$0")/../kit.bash"
ROUNDS=${PAIRS:-8}
WINDOW=${WINDOW:-0.5}

needs
modprobe veth 2>/dev/null || :
peer xdp_bench "lab/kernel tools xdp-tools has it" xdp-bench
peer trafficgen "lab/kernel tools xdp-tools has it" xdp-trafficgen
[ ${#peers[@]} = 2 ] || cannot "compares with nothing else"

# A second pair for all that is TCP: on the first nothing gets past a program that drops all.
two_namespaces 1500
ip link add name v1 netns $a type veth peer name v1 netns $b
other_way() { # NAMESPACE NUMBER OTHER-NAMESPACE OTHER-NUMBER
	local mac
	mac=$(ip netns exec "$3" cat /sys/class/net/v0/address)
	ip netns exec "$1" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.v1.rp_filter=0
	ip -n "$1" link set v1 up
	ip -n "$1" route add "10.99.0.$4" dev v1 src "10.99.0.$2" table 100
	ip -n "$1" rule add ipproto tcp table 100
	ip -n "$1" neigh replace "10.99.0.$4" dev v0 lladdr "$mac" nud permanent
}
other_way $a 1 $b 2
other_way $b 2 $a 1

# Packets by the second that the device at side b took in and did not lose, by its own count, in a window in the midst of
# what goes on. Nothing is started in it: that would be measured, too.
rate() {
	ip netns exec $b bash -c '
		cd /sys/class/net/v0/statistics
		exec {never}<> <(:)
		look() { read -r taken <rx_packets && read -r lost <rx_dropped && now=${EPOCHREALTIME/./}; }
		look
		from=$now before=$((taken - lost))
		read -rt "$0" -u "$never" || :
		look
		echo $(((taken - lost - before) * 1000000 / (now - from)))' "$WINDOW"
}

# A program of xdp-tools at v0; its process is a child of $tool. (In the background a shell has SIGINT ignored.)
tool() { # SIDE CPU NAME OPTION...
	local -n inside=in_$1
	"${inside[@]}" env --default-signal=INT taskset -c "$2" "${at[$3]}" "${@:4}" v0 >"$work/tool" 2>&1 &
	tool=$!
}
ended() { # PROCESS
	kill -INT "$1" 2>/dev/null || :
	wait "$1" || :
}

xdp_bench() { # OPTION...
	local tries
	tool b 1 xdp_bench "$@"
	for ((tries = 0; tries < 2500; tries++)); do
		! ip -n $b link show v0 | grep -q prog/xdp || return 0
		sleep 0.02
	done
	tail -3 "$work/tool" >&2
}

# zcpath from v0 to v0, and the rate meanwhile.
flow() { # RX-OPTION...
	local tries tx
	receiver b --bind $to --cpu 1 "$@"
	: >"$work/tx.csv"
	"${in_a[@]}" "$BUILD/zcpath" tx --to $to --cpu 0 --path xsk --udp 18 --warmup 0.02 --seconds 60 \
		>"$work/tx.csv" 2>"$work/tx.err" &
	tx=$!
	for ((tries = 0; tries < 2500; tries++)); do
		! grep -q ,open, "$work/tx.csv" || break
		sleep 0.02
	done
	rate
	ended $tx
	wait "$receiver" || cat "$work/tx.err" "$work/rx.err" >&2
}

# The same to whoever has v0; zcpath's own receiver gets nothing, and leads its sender.
flow_to() { # XDP-BENCH-OPTION...
	xdp_bench "$@"
	flow --path copy
	ended $tool
}

no_touch() { flow_to drop -p no-touch -i 60; }
parse_ip() { flow_to drop -p parse-ip -i 60; }
xsk_drop() { flow_to xsk-drop -C copy -i 60; }
xsk_poll() { flow_to xsk-drop -C copy -p -i 60; }
is_sending() { [ "$(WINDOW=0.01 rate)" -gt 0 ]; }
xsk_udp() {
	local sink
	xdp_bench drop -p no-touch -i 60
	sink=$tool
	tool a 0 trafficgen xsk-udp -C copy -s 64 -i 60
	until is_sending || ! kill -0 $tool 2>/dev/null; do sleep 0.02; done
	rate
	ended $tool
	ended $sink
}
ours() { # WHAT
	case $1 in
	xdp_drop) flow --path xdp_drop ;;
	xsk) flow --path xsk ;;
	xsk_tx) flow_to drop -p no-touch -i 60 ;;
	esac
}

failed=0
compare() { # WHAT OTHER...
	csv=$OUT/$1.csv
	rm -f "$csv"
	rounds "$ROUNDS" "$1" ours "${@:2}"
	instructions packet
	ratios packets/s ours "${@:2}" || failed=1
}
for what in ${ONLY:-xdp_drop xsk xsk_tx}; do
	case $what in
	xdp_drop) compare xdp_drop parse_ip no_touch ;;
	xsk) compare xsk xsk_poll xsk_drop ;;
	xsk_tx) compare xsk_tx xsk_udp ;;
	*) cannot "knows no comparison $what" ;;
	esac
done
exit $failed
