#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What counts the CPUs' own events, on events that every machine has, against perf; and the collector
# where the machine has a PMU (tests/kernels/pmu.sh has it against perf there) and where not.
#
# Alone: two tools look at all CPUs' events, one inside the other.

load measured.sh

setup() {
	measured_setup
}

teardown() {
	stop_all
}

perf_counts() { # FILE SECONDS
	exec perf stat -a -A -x, -o "$1" -e minor-faults,context-switches sleep "$2"
}

column() { # FILE CPU EVENT
	awk -F, -v cpu="CPU$2" -v event="$3" '$1 == cpu && $4 == event { print $2 }' "$1"
}

@test "each CPU's events lie between what perf counts inside the window and around it" {
	[ "$(id -u)" = 0 ] || skip "needs root: events of every CPU"
	command -v perf >/dev/null || skip "perf is not installed"
	"$tool/perf_pairs" <"$dir/measure.in" >"$dir/counts" 2>"$dir/measure.out" 3>&- &
	measuring=$!
	started+=("$measuring")
	heard measure ready
	perf_counts "$dir/around" 5 3>&- &
	around=$!
	# It counts from just before its command begins.
	until pgrep -P "$around" -x sleep; do
		kill -0 "$around"
		sleep 0.05
	done
	tell measure open
	for cpu in 0 1; do
		taskset -c $cpu python3 -c 'import mmap
for _ in range(10):
    m = mmap.mmap(-1, 4096 * 2000)
    m.madvise(mmap.MADV_NOHUGEPAGE)
    for page in range(2000):
        m[page * 4096] = 1' 3>&- &
	done
	(perf_counts "$dir/inside" 0.8)
	tell measure closed
	wait "$measuring"
	wait "$around"
	cat "$dir/counts" "$dir/inside" "$dir/around"
	while read -r cpu faults switches; do
		[ "$(column "$dir/inside" "$cpu" minor-faults)" -le "$faults" ]
		[ "$faults" -le "$(column "$dir/around" "$cpu" minor-faults)" ]
		[ "$(column "$dir/inside" "$cpu" context-switches)" -le "$switches" ]
		[ "$switches" -le "$(column "$dir/around" "$cpu" context-switches)" ]
	done <"$dir/counts"
	[ "$(wc -l <"$dir/counts")" -eq "$(nproc)" ]
	# Known work, most of it in perf's window too.
	[ "$(awk '{ n += $2 } END { printf "%.0f\n", n }' "$dir/counts")" -ge 40000 ]
}

@test "without a PMU the source is absent and says who could give one; without the right, which one" {
	if [ ! -e /sys/bus/event_source/devices/cpu ]; then
		"$tool/collect" --seconds 0.1 pmu >"$dir/run.csv" 2>/dev/null || :
		grep -q "^,host,collector,absent,pmu,.*no PMU that counts cycles: a virtual machine's host" "$dir/run.csv"
		! grep -q '^,[^,]*,pmu,' "$dir/run.csv" || false
	fi
	[ "$(id -u)" = 0 ] || skip "needs root: it lets go of its capabilities"
	setpriv --reuid=nobody --clear-groups --inh-caps=-all --bounding-set=-all \
		"$tool/collect" --seconds 0.1 pmu >"$dir/run.csv" 2>/dev/null || :
	grep -q '^,host,collector,absent,pmu,.*\(CAP_PERFMON\|no PMU\)' "$dir/run.csv"
}
