#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zcpath copy against iperf3 over a veth pair of two network namespaces: the same buffer sizes,
# congestion control and CPUs, one after the other in pairs whose order alternates. Prints the ratio
# of geometric means with its 95 % interval (Student's t on the logarithms of the pairs' ratios),
# saves every figure, and fails when the ratio is below 1.
#
#   BUILD=build PAIRS=12 SECONDS_EACH=3 MTU=4148 tests/bench/iperf3.sh
set -eu
BUILD=${BUILD:-build}
PAIRS=${PAIRS:-12}
SECONDS_EACH=${SECONDS_EACH:-3}
MTU=${MTU:-4148}
SIZE=${SIZE:-256K}
CC=cubic
a=zcbench$$-a
b=zcbench$$-b
dir=$BUILD/bench
csv=$dir/iperf3.csv

for tool in ip iperf3 awk taskset; do
	command -v $tool >/dev/null || { echo "iperf3.sh: needs $tool; run tools/install-deps" >&2; exit 3; }
done
[ "$(id -u)" = 0 ] || { echo "iperf3.sh: needs root, to make network namespaces" >&2; exit 3; }
[ "$(nproc)" -ge 2 ] || { echo "iperf3.sh: needs two CPUs, one for each end" >&2; exit 3; }

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
ip link add name v0 netns $a mtu "$MTU" type veth peer name v0 netns $b mtu "$MTU"
ip -n $a addr add 10.99.0.1/24 dev v0
ip -n $b addr add 10.99.0.2/24 dev v0
# No run shall begin with what the kernel remembers of the congestion of the one before.
ip netns exec $a sysctl -qw net.ipv4.tcp_no_metrics_save=1
ip netns exec $b sysctl -qw net.ipv4.tcp_no_metrics_save=1
ip -n $a link set v0 up
ip -n $b link set v0 up

mkdir -p "$dir"
echo pair,program,gbit_per_s >"$csv"

# The receiver runs on CPU 1, the sender on CPU 0. One second of warm-up each.
run_zcpath() {
	ip netns exec $b "$BUILD/zcpath" rx --bind 10.99.0.2 --cpu 1 --read "$SIZE" --cc $CC >"$dir/rx.csv" &
	until grep -q listening "$dir/rx.csv" 2>/dev/null; do sleep 0.05; done
	ip netns exec $a "$BUILD/zcpath" tx --to 10.99.0.2 --cpu 0 --cc $CC --msg "$SIZE" \
		--write "$SIZE" --warmup 1 --seconds "$SECONDS_EACH" >/dev/null
	wait $!
	awk -F, '$1 == "" && $3 == "path" && $4 == "bytes" { bytes = $6 }
		 $4 == "window_ns" { ns = $6 } END { printf "%.4f\n", bytes * 8 / ns }' "$dir/rx.csv"
	rm -f "$dir/rx.csv"
}

run_iperf3() {
	ip netns exec $b taskset -c 1 iperf3 -s -1 -p 5301 >"$dir/server" 2>&1 &
	sleep 0.3
	ip netns exec $a taskset -c 0 iperf3 -c 10.99.0.2 -p 5301 -l "$SIZE" -C $CC -O 1 \
		-t "$SECONDS_EACH" -f k >"$dir/client"
	wait $!
	awk '/receiver/ { for (i = 1; i < NF; i++) if ($(i + 1) == "Kbits/sec") printf "%.4f\n", $i / 1e6 }' \
		"$dir/client"
	rm -f "$dir/client" "$dir/server"
}

for pair in $(seq "$PAIRS"); do
	order="zcpath iperf3"
	[ $((pair % 2)) = 0 ] && order="iperf3 zcpath"
	for program in $order; do
		echo "$pair,$program,$(run_$program)" >>"$csv"
	done
	awk -F, -v p="$pair" '$1 == p { v[$2] = $3 }
		END { printf "pair %2d: zcpath %6.2f  iperf3 %6.2f Gbit/s\n", p, v["zcpath"], v["iperf3"] }' "$csv" >&2
done

awk -F, -v csv="$csv" '
	NR > 1 { x[$1, $2] = log($3); if ($1 > n) n = $1 }
	END {
		# The 97.5 % quantile of t, by its expansion in 1/df (Abramowitz and Stegun 26.7.5).
		df = n - 1; z = 1.959964
		t = z + (z^3 + z) / (4 * df) + (5*z^5 + 16*z^3 + 3*z) / (96 * df^2)
		t += (3*z^7 + 19*z^5 + 17*z^3 - 15*z) / (384 * df^3)
		for (i = 1; i <= n; i++) {
			d = x[i, "zcpath"] - x[i, "iperf3"]
			s += d
			q += d * d
			a += x[i, "zcpath"]
			b += x[i, "iperf3"]
		}
		mean = s / n; half = t * sqrt((q - n * mean^2) / (n - 1) / n)
		printf "zcpath %.2f, iperf3 %.2f Gbit/s (geometric means of %d pairs)\n", exp(a / n), exp(b / n), n
		printf "ratio %.3f, 95 %% interval %.3f to %.3f; %s\n", exp(mean), exp(mean - half), exp(mean + half), csv
		exit mean < 0
	}' "$csv"
