#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is counted in slices against what a load says that it has done, over ten loads from steady to
# very bursty, and beside it what --exact counts of the same load at the same time. Of each load:
#
#   mean       of the estimates, as a part of the truth: 1 is no bias
#   spread     root of the mean square by which they are off, in percent
#   stated     the 95 % interval that the record gives, in percent of the estimate, in the mean
#   covered    in how many runs of how many the truth is inside of it; "whole" where the source did not
#              need slices
#   exact      what --exact counted, as a part of the truth
#
#   BUILD=build ROUNDS=10 SECONDS_EACH=3 tests/bench/slices.sh
#
# A load is SOURCE METRIC KIND RATE ON_MS OFF_MS (tests/tool/bursts.c), and perhaps KIND RATE ON_MS
# OFF_MS of another process that runs beside it.
set -eu
BUILD=${BUILD:-build}
ROUNDS=${ROUNDS:-10}
seconds=${SECONDS_EACH:-3}
csv=$BUILD/bench/slices.csv
[ "$(id -u)" = 0 ] || { echo "slices.sh: needs root, for BPF" >&2; exit 3; }
mkdir -p "$BUILD/bench"
dir=$(mktemp -d)
cleanup() {
	jobs -p | xargs -r kill 2>/dev/null || :
	wait
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

loads=(
	"skb received packets 20000 1000 0"
	"skb received packets 40000 100 100"
	"skb received packets 60000 20 180"
	"skb received packets 60000 50 950"
	"pagealloc allocs pages 60000 1000 0"
	"pagealloc allocs pages 100000 100 100"
	"pagealloc allocs pages 100000 20 180"
	"pagealloc allocs pages 30000 1000 0 packets 60000 50 450"
	"pagealloc allocs pages 100000 50 450 packets 10000 1000 0"
	"iouring completions nops 1000000 50 50"
)

# What the load did between the edges of a window: FILE of standard error.
done_in() {
	awk -v from="$(awk '/^open/ { print $2 }' "$1")" -v to="$(awk '/^closed/ { print $2 }' "$1")" '
		function at(t, i) {
			for (i = 1; i < NR; i++)
				if (when[i + 1] >= t)
					return count[i] + (count[i + 1] - count[i]) * (t - when[i]) / (when[i + 1] - when[i])
			return count[NR]
		}
		{ when[NR] = $1; count[NR] = $2 }
		END { printf "%.0f", at(to) - at(from) }' "$dir/log"
}

# Its count at tx, and of how many slices, and the error of the largest part.
counted() { # FILE SOURCE METRIC
	awk -F, -v s="$2" -v m="$3" '
		$2 == "tx" && $3 == s && $4 == m { n += $6; if ($6 > most) { most = $6; key = s "/" m "/" $5 } }
		$2 == "tx" && $3 == "collector" && $4 == "error" { error[$5] = $6 }
		$3 == "collector" && $4 == "slices" && $5 == s { slices = $6 }
		END { printf "%.0f,%d,%s", n, slices, error[key] }' "$1"
}

echo "load,round,true,estimate,slices,error,exact_true,exact" >"$csv"
for round in $(seq "$ROUNDS"); do
	for i in $(seq 0 $((${#loads[@]} - 1)) | shuf); do
		read -r source metric kind rate on off other <<<"${loads[i]}"
		"$BUILD/tests/tool/bursts" "$kind" "$rate" "$on" "$off" $((seconds + 1)).3 >"$dir/log" &
		load=$!
		# shellcheck disable=SC2086 # a word each
		[ -z "$other" ] || "$BUILD/tests/tool/bursts" $other $((seconds + 1)).3 >/dev/null &
		sleep 0.3
		"$BUILD/tests/tool/collect" --tx "$load" --seconds "$seconds" --exact "$source" >"$dir/exact" 2>"$dir/exact.err" &
		"$BUILD/tests/tool/collect" --tx "$load" --seconds "$seconds" "$source" >"$dir/slices" 2>"$dir/slices.err"
		wait
		exact=$(counted "$dir/exact" "$source" "$metric")
		echo "$i,$round,$(done_in "$dir/slices.err"),$(counted "$dir/slices" "$source" "$metric"),$(done_in "$dir/exact.err"),${exact%%,*}" >>"$csv"
	done
done

printf '%-62s %6s %7s %7s %8s %6s\n' load mean spread stated covered exact
for i in $(seq 0 $((${#loads[@]} - 1))); do
	awk -F, -v i="$i" -v load="${loads[i]}" '
		# 97.5 % of Student, to within 4 % from three degrees of freedom on.
		function student(f) { return 1.96 + 2.4 / f + 2.8 / (f * f) }
		# No slice met it, and the record says so in place of a figure.
		$1 == i && $4 == 0 && $5 == 0 { next }
		$1 == i && $3 > 0 {
			n++
			off = $4 / $3 - 1
			mean += $4 / $3
			square += off * off
			exact += $8 / $7
			if ($5 < 2)
				next
			half = student($5 - 1) * $6
			sampled++
			stated += half
			covered += (off > 0 ? off : -off) <= half * $4 / $3
		}
		END {
			if (!n)
				exit
			printf "%-62s %6.3f %6.1f%% ", load, mean / n, 100 * sqrt(square / n)
			if (sampled)
				printf "%6.1f%% %8s", 100 * stated / sampled, covered "/" sampled
			else
				printf "%7s %8s", "", "whole"
			printf " %6.3f\n", exact / n
		}' "$csv"
done
