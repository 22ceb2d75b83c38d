#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What each collector takes from the throughput of a copy run over a veth pair, each alone and all together. One
# pair of zcpaths moves bytes all the time; a collector is on for SECONDS_ON (a window of known length, as runs
# have) and off for a second, again and again, in random order, so that what it costs is a ratio of neighbouring
# seconds of the same connection and not of runs that a noisy machine sets apart. Beside it stands the cost that
# the record itself says: run time of the BPF programs over the CPU time of the ends. "nothing" is the same
# procedure without any collector: what is left of the noise; "perf-999" is the peer, perf record of all CPUs
# with call chains, so many samples a second. Prints medians with a 95 % interval (by order statistics), saves
# every figure.
#
#   BUILD=build ROUNDS=10 SECONDS_ON=4 SOURCES="softirq all" tests/bench/collectors.sh
set -eu
# shellcheck source=tools/attended
. "$(dirname "$0")/../../tools/attended"
BUILD=${BUILD:-build}
ROUNDS=${ROUNDS:-10}
SECONDS_ON=${SECONDS_ON:-4}
csv=$BUILD/bench/collectors.csv
[ "$(id -u)" = 0 ] || { echo "collectors.sh: needs root, for namespaces and BPF" >&2; exit 3; }
[ "$(nproc)" -ge 2 ] || { echo "collectors.sh: needs two CPUs, one for each end" >&2; exit 3; }

# The receiver's namespace is this script's own.
if [ "${1-}" != inside ]; then
	mkdir -p "$BUILD/bench"
	exec unshare --net "$0" inside
fi
dir=$(mktemp -d)
cleanup() {
	jobs -p | xargs -r kill 2>/dev/null || :
	wait
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

until_says() { # FILE PATTERN
	for _ in $(seq 1500); do
		grep -q "$2" "$1" && return
		sleep 0.02
	done
	echo "collectors.sh: no '$2' within 30 s in:" >&2
	cat "$1" >&2
	exit 1
}

mine unshare --net sleep infinity &
other=$!
until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
ip link add rx0 mtu 4148 type veth peer name rx0 mtu 4148 netns $other
ip address add 192.0.2.1/24 dev rx0
ip link set rx0 up
nsenter --net=/proc/$other/ns/net sh -c 'ip address add 192.0.2.2/24 dev rx0; ip link set rx0 up'

mine "$BUILD/zcpath" rx --path copy --bind 192.0.2.1 --cpu 0 --cc cubic >"$dir/rx.csv" 2>"$dir/rx.err" &
rx=$!
until_says "$dir/rx.csv" listening
mine nsenter --net=/proc/$other/ns/net "$BUILD/zcpath" tx --path copy --to 192.0.2.1 --cpu 1 --cc cubic \
	--msg 256K --seconds 86400 >"$dir/tx.csv" 2>&1 &
tx=$!
until_says "$dir/tx.csv" state,,open

# Bytes of the device so far and the time in us, without a process that would need a CPU.
now() {
	local line
	while read -r line; do
		case $line in rx0:*) read -r _ bytes _ <<<"$line" ;; esac
	done </proc/self/net/dev
	us=${EPOCHREALTIME/./}
}
# Bytes per ms over the next seconds.
rate() { # SECONDS
	local from_bytes from_us
	now
	from_bytes=$bytes from_us=$us
	sleep "$1"
	now
	rate=$(((bytes - from_bytes) * 1000 / (us - from_us)))
}

on() { # SOURCE
	local names=$1
	case $1 in
	nothing) return ;;
	perf-*)
		mine perf record -a -g -F "${1#perf-}" -o "$dir/perf.data" sleep 60 >"$dir/out" 2>&1 &
		tool=$!
		sleep 0.4
		return ;;
	all) names=$every ;;
	esac
	# shellcheck disable=SC2086 # a word each
	"$BUILD/tests/tool/collect" --rx $rx --tx $tx --cpus-rx 0 --cpus-tx 1 --iface rx0 --apart --seconds "$SECONDS_ON" $names \
		selfcost >"$dir/rows" 2>"$dir/out" &
	tool=$!
	until_says "$dir/out" open
	sleep 0.1
}
# Sets said to the record's own opinion of the cost, in percent of the CPU time of the ends.
off() {
	said=
	case $1 in
	nothing) return ;;
	perf-*)
		kill -INT $tool
		wait $tool || :
		return ;;
	esac
	wait $tool
	said=$(awk -F, '$3 == "selfcost" && ($4 == "bpf_run" || $4 == "cpu") { ns += $6 }
		END { printf "%.2f", ns }' "$dir/rows")
	window=$(awk '/^open/ { from = $2 } /^closed/ { to = $2 } END { print to - from }' "$dir/out")
	said=$(awk -v ns="$said" -v s="$window" 'BEGIN { printf "%.2f", ns / (s * 2e9) * 100 }')
	sleep 0.2
}

every=$("$BUILD/tests/tool/collect" --list | grep -vxF selfcost | tr '\n' ' ')
command -v perf >/dev/null && peer="perf-199 perf-999"
sources=${SOURCES:-nothing $every all ${peer-}}
echo "source,round,bytes_per_ms_before,bytes_per_ms_on,bytes_per_ms_after,cost_percent,record_percent" >"$csv"
sleep 1
for round in $(seq "$ROUNDS"); do
	rate 1
	for source in $(tr ' ' '\n' <<<"$sources" | sed '/^$/d' | shuf); do
		before=$rate
		on "$source"
		rate "$(awk -v s="$SECONDS_ON" 'BEGIN { print s - 0.3 }')"
		during=$rate
		off "$source"
		rate 1
		awk -v "s=$source" -v "n=$round" -v "a=$before" -v "b=$during" -v "c=$rate" -v "said=$said" 'BEGIN {
			printf "%s,%d,%d,%d,%d,%.3f,%s\n", s, n, a, b, c, 100 * (1 - b / sqrt(a * c)), said }' >>"$csv"
	done
done

# Of n values sorted, those between the i-th and the (n+1-i)-th hold the median with at least 95 %
# where i - 1 is the 2.5 % quantile of a binomial of n and 1/2.
echo "cost of throughput, % (95 % interval); in brackets what the record says of the CPU time it took"
for source in $sources; do
	grep "^$source," "$csv" | sort -t, -k6,6g | awk -F, '
		{ cost[NR] = $6; said += $7 }
		END {
			p = 0.5 ^ NR
			for (i = 1; i <= NR && sum + p <= 0.025; i++) {
				sum += p
				p *= (NR - i + 1) / i
			}
			i = i > 1 ? i - 1 : 1
			median = NR % 2 ? cost[(NR + 1) / 2] : (cost[NR / 2] + cost[NR / 2 + 1]) / 2
			printf "  %-12s %6.2f  (%6.2f .. %6.2f)", $1, median, cost[i], cost[NR + 1 - i]
			if ($7 != "")
				printf "  [%.2f]", said / NR
			print ""
		}'
done
