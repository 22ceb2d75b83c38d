#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets per second of the receivers of zcpath beside dpdk-testpmd (rxonly, on its af_xdp and af_packet devices), to which
# zcprof is attached: the same sender, zcpath tx copy on CPU 0, over a veth pair into a namespace of its own; the
# receiver on CPU 1; one after the other in rounds. Prints million packets per second that each received and that were
# sent to it, and the CPU time of the receiver; every figure is in BUILD/bench/packets.csv.
#
#   ROUNDS=4 SECONDS_EACH=2 SIZE=18 tests/bench/packets.sh
set -euo pipefail
BUILD=${BUILD:-build}
ROUNDS=${ROUNDS:-4}
SECONDS_EACH=${SECONDS_EACH:-2}
SIZE=${SIZE:-18}
WHO=${WHO:-xdp_drop xsk copy af_xdp af_packet}
dir=$BUILD/bench
csv=$dir/packets.csv
a=zcbench$$-a
b=zcbench$$-b

for tool in ip dpdk-testpmd awk; do
	command -v $tool >/dev/null || { echo "packets.sh: needs $tool (Debian: dpdk-dev); run tools/install-deps test" >&2; exit 3; }
done
[ "$(id -u)" = 0 ] || { echo "packets.sh: needs root, to make network namespaces" >&2; exit 3; }
[ "$(nproc)" -ge 2 ] || { echo "packets.sh: needs two CPUs, one for each end" >&2; exit 3; }

cleanup() {
	local job
	for job in $(jobs -p); do
		kill "$job" 2>/dev/null || true
	done
	ip netns del $a 2>/dev/null || true
	ip netns del $b 2>/dev/null || true
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ip netns add $a
ip netns add $b
ip link add name v0 netns $a type veth peer name v0 netns $b
for ns in $a $b; do
	ip -n $ns link set lo up
	ip -n $ns link set v0 up
done
ip -n $a addr add 10.99.0.1/24 dev v0
ip -n $b addr add 10.99.0.2/24 dev v0
# What DPDK receives is for nobody: the kernel of the receiver's side drops its copy.
ip -n $a neigh add 10.99.0.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent
mkdir -p "$dir"
export XDG_RUNTIME_DIR=$dir
echo round,receiver,sent_mpps,received_mpps,cpu_percent >"$csv"

figure() { # FILE END SOURCE METRIC
	awk -F, -v e="$2" -v s="$3" -v m="$4" '$1 == "" && $2 == e && $3 == s && $4 == m { sum += $6 } END { printf "%.0f\n", sum }' "$1"
}

send() { # rx-namespace of the control connection, address, OPTION…
	ip netns exec $a "$BUILD/zcpath" tx --to "$1" --cpu 0 --path copy --udp "$SIZE" --seconds "$SECONDS_EACH" --warmup 0.5 "${@:2}" >"$dir/tx.csv"
}

ours() { # ROUND PATH
	ip netns exec $b "$BUILD/zcpath" rx --bind 10.99.0.2 --cpu 1 --path "$2" >"$dir/rx.csv" &
	until grep -q listening "$dir/rx.csv" 2>/dev/null; do sleep 0.05; done
	"$BUILD/zcprof" attach --collect cpu --seconds "$SECONDS_EACH" --pid $! -o "$dir/attached.csv" >/dev/null 2>&1 &
	send 10.99.0.2
	wait
	row "$1" "$2" "$(figure "$dir/rx.csv" rx path datagrams)" "$(figure "$dir/rx.csv" rx path window_ns)"
}

# Its sender goes on for as long as it takes testpmd to start, and the window begins with that.
dpdk() { # ROUND DEVICE
	ip netns exec $a "$BUILD/zcpath" rx --cpu 1 >"$dir/rx.csv" &
	until grep -q listening "$dir/rx.csv" 2>/dev/null; do sleep 0.05; done
	ip netns exec $a "$BUILD/zcpath" tx --to 127.0.0.1 --away 10.99.0.9 --cpu 0 --path copy --udp "$SIZE" \
		--seconds $((SECONDS_EACH + 6)) --warmup 0.2 >"$dir/tx.csv" &
	"$BUILD/zcprof" attach --collect cpu,syscalls --seconds $((SECONDS_EACH + 4)) --terminate -o "$dir/attached.csv" -- \
		ip netns exec $b dpdk-testpmd --no-huge -m 256 --no-pci --lcores '0@1,1@1' --file-prefix "zc$$" \
		--vdev="net_${2}0,iface=v0" -- --forward-mode=rxonly --total-num-mbufs=8192 >"$dir/pmd.out" 2>"$dir/pmd.err" || {
		tail -3 "$dir/pmd.err"
		wait
		return 1
	}
	wait
	row "$1" "$2" "$(sed -n "s/^  RX-packets: \([0-9]*\) .*RX-total.*/\1/p" "$dir/pmd.out" | tail -1)" "$(figure "$dir/attached.csv" rx path window_ns)"
}

row() { # ROUND WHO PACKETS NS
	awk -v r="$1" -v who="$2" -v n="$3" -v ns="$4" -v sent="$(figure "$dir/tx.csv" tx path datagrams)" \
		-v sent_ns="$(figure "$dir/tx.csv" tx path window_ns)" -v cpu="$(figure "$dir/attached.csv" rx cpu thread)" \
		'BEGIN { printf "%d,%s,%.4f,%.4f,%.1f\n", r, who, sent / sent_ns * 1e3, ns ? n / ns * 1e3 : 0, ns ? cpu / ns * 100 : 0 }' |
		tee -a "$csv" >&2
}
for round in $(seq "$ROUNDS"); do
	for who in $WHO; do
		case $who in
		af_*) dpdk "$round" "$who" ;;
		*) ours "$round" "$who" ;;
		esac
	done
done
