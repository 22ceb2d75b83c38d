#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Softirqs and NAPI polls: against a known number of packets, and against the kernel's own counters,
# read just outside and just inside the window, so that what was counted must lie between the two.
#
# Alone: a machine's softirqs are compared with the packets of one test.

load measured.sh

setup() {
	ns=
	[ "$(id -u)" = 0 ] || skip "BPF needs root here"
	measured_setup
}

teardown() {
	stop_all
	[ -z "$ns" ] || ip netns delete "$ns"
}

# Sum over CPUs and ends.
all() {
	awk -F, -v metric="$1" '$3 == "softirq" && $4 == metric { n += $6 } END { printf "%.0f", n }' "$dir/run.csv"
}

# What the kernel has counted so far: NET_RX and NET_TX runs, packets of net_rx_action.
counters() {
	awk '$1 == "NET_RX:" { for (i = 2; i <= NF; i++) rx += $i }
		$1 == "NET_TX:" { for (i = 2; i <= NF; i++) tx += $i }
		END { printf "%.0f %.0f\n", rx, tx }' /proc/softirqs
	while read -r processed _; do
		echo $((16#$processed))
	done </proc/net/softnet_stat | awk '{ n += $1 } END { printf "%.0f\n", n }'
}

# The columns of two readings, subtracted: "rx tx packets".
grown() {
	paste -d ' ' - - <"$dir/$1" >"$dir/$1.line"
	paste -d ' ' - - <"$dir/$2" | paste -d ' ' "$dir/$1.line" - | awk '{ print $4 - $1, $5 - $2, $6 - $3 }'
}

between() {
	echo "$1 <= $2 <= $3"
	[ "$1" -le "$2" ] && [ "$2" -le "$3" ] || false
}

@test "as many runs and packets as the kernel counts, and every packet that was sent" {
	work packets 50000
	measure --exact --tx "$pid" softirq
	counters >"$dir/before_open"
	tell measure open
	counters >"$dir/after_open"
	tell work done
	counters >"$dir/before_close"
	measured
	counters >"$dir/after_close"
	read -r rx_least tx_least packets_least < <(grown after_open before_close)
	read -r rx_most tx_most packets_most < <(grown before_open after_close)
	between "$rx_least" "$(all net_rx_runs)" "$rx_most"
	between "$tx_least" "$(all net_tx_runs)" "$tx_most"
	between "$packets_least" "$(all packets)" "$packets_most"
	[ "$packets_least" -ge 50000 ]
	# Each datagram is taken in by a poll of its own, in the thread that sent it; little else
	# can come upon that thread.
	sent=$(awk -F, '$2 == "tx" && $4 == "packets" { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")
	between 50000 "$sent" 50500
	between 50000 "$(figure tx softirq work 1)" 50500
	[ "$(figure host softirq lost '')" = 0 ]
	[ "$(awk -F, '$4 == "work" { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")" = "$(all polls)" ]
}

@test "what happens before the window and after it is not counted" {
	work packets 50000
	measure --exact --tx "$pid" softirq
	tell work done
	tell measure open
	measured
	[ "$(figure host softirq lost '')" = 0 ]
	[ "$(all packets)" -lt 5000 ]
}

# The CPU time of the work's process, in ns.
ran() {
	cut -d ' ' -f 1 "/proc/$pid/schedstat"
}

@test "the time in softirqs is what samples of the same CPUs find" {
	work packets 1500000
	measure --exact --tx "$pid" softirq profile
	echo >&"${to[work]}"
	tell measure open
	# By CPU time, of which a busy machine gives less in a second.
	before=$(ran)
	for _ in $(seq 100); do
		sleep 0.2
		[ $(($(ran) - before)) -lt 1000000000 ] || break
	done
	measured
	sampled=$(awk -F, '$4 == "component" && $5 ~ /^softirq\// { n += $6 } END { printf "%.0f", n }' "$dir/run.csv")
	counted=$(($(all net_rx_time) + $(all net_tx_time)))
	echo "sampled $sampled ns, counted $counted ns"
	[ "$sampled" -gt 200000000 ]
	between $((sampled / 100 * 80)) "$counted" $((sampled / 100 * 125))
}

# A datagram that is cut into 100 packets at the device (UDP_SEGMENT, udp(7)) leaves all of them to one poll, which may
# take 64 (NAPI_POLL_WEIGHT, include/linux/netdevice.h), and 36 to the next.
@test "polls that took all that they might are told from those that did not" {
	for needed in ip ethtool; do
		command -v "$needed" >/dev/null || skip "$needed is not installed"
	done
	ip netns add "zcsoft$$" && ns=zcsoft$$
	ip -n "$ns" link set lo mtu 65535 up
	ip netns exec "$ns" ethtool -K lo gso off tx-udp-segmentation off >/dev/null || skip "loopback keeps its offload here"
	ip netns exec "$ns" python3 -c '
import socket, sys, time
r = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
r.bind(("127.0.0.1", 0))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(r.getsockname())
s.setsockopt(socket.IPPROTO_UDP, 103, 100)  # UDP_SEGMENT
print("ready", flush=True)
sys.stdin.readline()
for _ in range(50):
    s.send(bytes(10000))
    time.sleep(0.005)
print("done", flush=True)
sys.stdin.readline()
' <"$dir/work.in" >"$dir/work.out" 2>&1 3>&- &
	pid=$!
	started+=("$pid")
	heard work ready
	measure --exact --tx "$pid" softirq
	counters >"$dir/before_open"
	tell measure open
	counters >"$dir/after_open"
	tell work "done"
	counters >"$dir/before_close"
	measured
	counters >"$dir/after_close"
	read -r rx_least _ packets_least < <(grown after_open before_close)
	read -r rx_most _ packets_most < <(grown before_open after_close)
	between "$rx_least" "$(all net_rx_runs)" "$rx_most"
	between "$packets_least" "$(all packets)" "$packets_most"
	[ "$packets_least" -ge 5000 ]
	full=$(awk -F, '$4 == "work" && $5 >= 64 { n += $6 } END { printf "%.0f", n }' "$dir/run.csv")
	echo "$(all polls) polls, $full of them full"
	# More where a poll had to wait, and found two of them.
	between 50 "$full" 75
	[ "$(all budget_spent)" = "$full" ]
}
