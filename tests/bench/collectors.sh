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
# shellcheck source=tests/bench/kit.bash
. "$(dirname "$0")/kit.bash"
ROUNDS=${ROUNDS:-10}
SECONDS_ON=${SECONDS_ON:-4}

needs
two_namespaces 4148
copy_on

on() { # SOURCE
	local asked=$1
	case $1 in
	nothing) return ;;
	perf-*)
		mine perf record -a -g -F "${1#perf-}" -o "$work/perf.data" sleep 60 >"$work/out" 2>&1 &
		tool=$!
		sleep 0.4
		return ;;
	all) asked=$every ;;
	esac
	# shellcheck disable=SC2086 # a word each
	"$BUILD/tests/tool/collect" --rx $rx --tx $tx --cpus-rx 1 --cpus-tx 0 --iface v0 --apart --seconds "$SECONDS_ON" $asked \
		selfcost >"$work/rows" 2>"$work/out" &
	tool=$!
	until_says "$work/out" ^open
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
		END { printf "%.2f", ns }' "$work/rows")
	window=$(awk '/^open/ { from = $2 } /^closed/ { to = $2 } END { print to - from }' "$work/out")
	said=$(awk -v ns="$said" -v s="$window" 'BEGIN { printf "%.2f", ns / (s * 2e9) * 100 }')
	sleep 0.2
}

every=$("$BUILD/tests/tool/collect" --list | grep -vxF selfcost | tr '\n' ' ')
sources=${SOURCES:-nothing $every all $(! command -v perf >/dev/null || echo perf-199 perf-999)}
echo "source,round,bytes_per_ms_before,bytes_per_ms_on,bytes_per_ms_after,cost_percent,record_percent" >"$csv"
sleep 1
for round in $(seq "$ROUNDS"); do
	copied_in 1
	for source in $(tr ' ' '\n' <<<"$sources" | sed '/^$/d' | shuf); do
		before=$copied
		on "$source"
		copied_in "$(awk -v s="$SECONDS_ON" 'BEGIN { print s - 0.3 }')"
		during=$copied
		off "$source"
		copied_in 1
		awk -v "s=$source" -v "n=$round" -v "a=$before" -v "b=$during" -v "c=$copied" -v "said=$said" 'BEGIN {
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
