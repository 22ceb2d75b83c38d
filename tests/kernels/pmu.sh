# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# Instructions of all CPUs, by perf over a window that is inside, and by one that is outside.
measure pmu
command -v perf >/dev/null || absent "perf, to compare with, is not installed"
instructions() { # FILE
	awk -F, '/instructions/ { print $1 }' "$1"
}
perf stat -a -x, -o "$dir/outside" -e instructions sleep 4 &
sleep 0.5
across perf stat -a -x, -o "$dir/inside" -e instructions sleep 1
wait $!
counted=$(awk -F, '$4 == "instructions" { n += $6 } END { printf "%.0f", n }' "$dir/run.csv")
within instructions "$(instructions "$dir/inside")" "$counted" "$(instructions "$dir/outside")"
