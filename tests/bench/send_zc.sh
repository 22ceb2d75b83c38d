#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sends per second of zcpath against programs that do the same, given by their paths, one after the other in pairs
# whose order alternates: liburing's examples/send-zerocopy (SEND_ZEROCOPY) and the kernel's selftest
# io_uring_zerocopy_tx (ZC_TX). UDP goes to a device that drops it, so that the senders alone are compared. Prints the
# ratio of geometric means with its 95 % interval (Student's t on the logarithms of the pairs' ratios), and fails where
# one is below 1. On a machine that others use, BEFORE="chrt -f 10" keeps them out of the way.
#
#   SEND_ZEROCOPY=~/liburing/examples/send-zerocopy PAIRS=8 SECONDS_EACH=1 SIZES="600 4000" tests/bench/send_zc.sh
set -euo pipefail
BUILD=${BUILD:-build}
PAIRS=${PAIRS:-8}
SECONDS_EACH=${SECONDS_EACH:-1}
SIZES=${SIZES:-600 1200 4000 8000}
MODES=${MODES:-zc plain copy}
BEFORE=${BEFORE:-}
dir=$BUILD/bench
csv=$dir/send_zc.csv
ns=zcbench$$

[ -n "${SEND_ZEROCOPY:-}${ZC_TX:-}" ] || {
	echo "send_zc.sh: give SEND_ZEROCOPY=PATH of liburing's example or ZC_TX=PATH of the kernel's selftest" >&2
	exit 3
}
[ "$(id -u)" = 0 ] || { echo "send_zc.sh: needs root, to make a network namespace" >&2; exit 3; }
[ "$(nproc)" -ge 2 ] || { echo "send_zc.sh: needs two CPUs" >&2; exit 3; }

cleanup() {
	local job
	for job in $(jobs -p); do
		kill "$job" 2>/dev/null || true
	done
	ip netns del $ns 2>/dev/null || true
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ip netns add $ns
ip -n $ns link set lo up
# A bridge without ports drops what it is given, as a dummy device does, which not every kernel has.
ip -n $ns link add sink type dummy 2>/dev/null || ip -n $ns link add sink type bridge
ip -n $ns link set sink up mtu 9000
ip -n $ns addr add 10.99.0.1/24 dev sink
ip -n $ns neigh add 10.99.0.2 lladdr 02:00:00:00:00:01 dev sink nud permanent
mkdir -p "$dir"
echo peer,mode,size,pair,program,sends_per_s >"$csv"

# shellcheck disable=SC2086 # $BEFORE is words
zcpath() { # MODE SIZE
	local how=(--path send_zc)

	[ "$1" != plain ] || how+=(--plain-buffers)
	[ "$1" != copy ] || how=(--path uring)
	ip netns exec $ns "$BUILD/zcpath" rx --cpu 1 >"$dir/rx.csv" &
	until grep -q listening "$dir/rx.csv" 2>/dev/null; do sleep 0.02; done
	ip netns exec $ns $BEFORE "$BUILD/zcpath" tx --to 127.0.0.1 --away 10.99.0.2 --cpu 0 "${how[@]}" --udp "$2" --depth 8 \
		--warmup 0.2 --seconds "$SECONDS_EACH" >"$dir/tx.csv"
	wait $!
	awk -F, '$1 == "" && $4 == "sends" { n = $6 } $4 == "window_ns" { ns = $6 } END { printf "%.0f\n", n / ns * 1e9 }' \
		"$dir/tx.csv"
}

# shellcheck disable=SC2086
send_zerocopy() { # MODE SIZE
	local how=(-z1 -b1)

	[ "$1" != plain ] || how=(-z1 -b0)
	[ "$1" != copy ] || how=(-z0 -b0)
	ip netns exec $ns $BEFORE taskset -c 0 "$SEND_ZEROCOPY" -4 -D 10.99.0.2 -p 9000 -s "$2" -n 8 -t "$SECONDS_EACH" \
		"${how[@]}" udp 2>&1 | sed -n 's/.*rps=\([0-9]*\).*/\1/p'
}

# shellcheck disable=SC2086
zc_tx() { # MODE SIZE
	local mode=2

	[ "$1" != plain ] || mode=1
	[ "$1" != copy ] || mode=0
	ip netns exec $ns $BEFORE taskset -c 0 "$ZC_TX" -4 -D 10.99.0.2 -p 9000 -s "$2" -n 8 -t "$SECONDS_EACH" -m $mode udp 2>&1 |
		sed -n 's/^tx=\([0-9]*\) .*/\1/p' | awk -v s="$SECONDS_EACH" '{ printf "%.0f\n", $1 / (s + 0.2) }'
}

compare() { # PEER
	local mode size pair order program

	for mode in $MODES; do
		for size in $SIZES; do
			for pair in $(seq "$PAIRS"); do
				order="zcpath $1"
				[ $((pair % 2)) = 0 ] && order="$1 zcpath"
				for program in $order; do
					echo "$1,$mode,$size,$pair,$program,$($program "$mode" "$size")" >>"$csv"
				done
			done
		done
	done
}

[ -z "${SEND_ZEROCOPY:-}" ] || compare send_zerocopy
[ -z "${ZC_TX:-}" ] || compare zc_tx
awk -F, '
	NR > 1 { of[$1 "," $2 "," $3] = 1; v[$1 "," $2 "," $3 "," $4 "," ($5 == "zcpath")] = $6 }
	# Student: 97.5 % by degrees of freedom; beyond 10 it is within 12 % of the normal one.
	BEGIN { split("12.71 4.30 3.18 2.78 2.57 2.45 2.36 2.31 2.26 2.23", t, " ") }
	END {
		for (what in of) {
			n = sum = square = 0
			for (p = 1; (what "," p ",1") in v; p++) {
				r = log(v[what "," p ",1"] / v[what "," p ",0"])
				sum += r; square += r * r; n++
			}
			mean = sum / n
			half = n > 1 ? (n > 11 ? 2.2 : t[n - 1]) * sqrt((square - n * mean * mean) / (n - 1) / n) : 0
			split(what, w, ",")
			printf "%-14s %-6s %5d  %.3f (%.3f to %.3f)\n", w[1], w[2], w[3], exp(mean), exp(mean - half), exp(mean + half)
			bad += exp(mean) < 1
		}
		exit bad > 0
	}' "$csv" | sort -k1,2 -k3n
