#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets per second of the receivers of zcpath beside dpdk-testpmd (rxonly, on its af_xdp and af_packet devices), to which
# zcprof is attached: the same sender, zcpath tx copy on CPU 0, over a veth pair into a namespace of its own; the
# receiver on CPU 1; one after the other in rounds. Prints million packets per second that each received and that were
# sent to it, and the CPU time of the receiver; every figure is in BUILD/bench/packets.csv.
#
#   ROUNDS=4 SECONDS_EACH=2 SIZE=18 tests/bench/packets.sh
# shellcheck source=tests/bench/kit.bash
. "$(dirname "$0")/kit.bash"
ROUNDS=${ROUNDS:-4}
SECONDS_EACH=${SECONDS_EACH:-2}
SIZE=${SIZE:-18}
WHO=${WHO:-xdp_drop xsk copy af_xdp af_packet}

needs dpdk-testpmd
two_namespaces 1500
# What DPDK receives is for nobody: the kernel of the receiver's side drops its copy.
ip -n $a neigh add 10.99.0.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent
export XDG_RUNTIME_DIR=$work
echo round,receiver,sent_mpps,received_mpps,cpu_percent >"$csv"

ours() { # ROUND PATH
	receiver b --bind $to --cpu 1 --path "$2"
	"$BUILD/zcprof" attach --collect cpu --seconds "$SECONDS_EACH" --pid "$(ps -o pid= --ppid $receiver)" \
		-o "$work/attached.csv" >/dev/null 2>&1 &
	sender --path copy --udp "$SIZE" --seconds "$SECONDS_EACH" --warmup 0.5
	wait $!
	row "$1" "$2" "$(figure "$work/rx.csv" rx path datagrams)" "$(figure "$work/rx.csv" rx path window_ns)"
}

# Its sender goes on for as long as it takes testpmd to start, and the window begins with that.
dpdk() { # ROUND DEVICE
	receiver a --cpu 1
	"${in_a[@]}" "$BUILD/zcpath" tx --to 127.0.0.1 --away 10.99.0.9 --cpu 0 --path copy --udp "$SIZE" \
		--seconds $((SECONDS_EACH + 6)) --warmup 0.2 >"$work/tx.csv" &
	"$BUILD/zcprof" attach --collect cpu,syscalls --seconds $((SECONDS_EACH + 4)) --terminate -o "$work/attached.csv" -- \
		ip netns exec $b dpdk-testpmd --no-huge -m 256 --no-pci --lcores '0@1,1@1' --file-prefix "zc$$" \
		--vdev="net_${2}0,iface=v0" -- --forward-mode=rxonly --total-num-mbufs=8192 >"$work/pmd.out" 2>"$work/pmd.err" || {
		tail -3 "$work/pmd.err"
		wait $! $receiver || :
		return 0
	}
	wait $! $receiver
	row "$1" "$2" "$(sed -n "s/^  RX-packets: \([0-9]*\) .*RX-total.*/\1/p" "$work/pmd.out" | tail -1)" "$(figure "$work/attached.csv" rx path window_ns)"
}

row() { # ROUND WHO PACKETS NS
	awk -v r="$1" -v who="$2" -v n="$3" -v ns="$4" -v sent="$(figure "$work/tx.csv" tx path datagrams)" \
		-v sent_ns="$(figure "$work/tx.csv" tx path window_ns)" -v cpu="$(figure "$work/attached.csv" rx cpu thread)" \
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
