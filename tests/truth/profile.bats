#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The profile is right: about programs that are known to be in one function, and against perf record
# of the same window.
#
# Alone: samples of the CPUs are compared with what perf finds.

load measured.sh

setup() {
	[ "$(id -u)" = 0 ] || skip "BPF needs root here"
	measured_setup
}

teardown() {
	stop_all
}

# Percent of an end's samples outside idle whose row's key fits.
share() {
	awk -F, -v end="$1" -v metric="$2" -v fit="$3" '
		$2 ~ "^" end "$" && $3 == "profile" && $4 == metric && $5 !~ /^idle/ {
			all += $6
			if ($5 ~ fit)
				part += $6
		}
		END { printf "%d\n", all ? 100 * part / all : -1 }' "$dir/run.csv"
}

profile_for() {
	measure --exact --tx "$pid" --sidecar "$dir/run" profile
	tell work done &
	working=$!
	tell measure open
	sleep 1
	measured
	wait $working
}

@test "a process that spins in a function of its own is found in that function" {
	work burn spin_in_user 2
	profile_for
	echo "in the function: $(share tx symbol '^task;calls;spin_in_user$') % of the process's samples"
	[ "$(share tx symbol '^task;calls;spin_in_user$')" -ge 90 ]
	[ "$(share tx component '^task/user$')" -ge 90 ]
	[ "$(share rx component .)" = -1 ]
	[ "$(figure host profile lost '')" = 0 ]
	grep -q '^tx;task;calls;.*spin_in_user [0-9]*$' "$dir/run.folded"
	[ ! -e "$dir/run.folded.part" ]
}

@test "a process that reads zeros is found in the kernel, zeroing memory for its read" {
	work burn read_zeros 2
	profile_for
	[ "$(share tx component '^task/data copy$')" -ge 80 ]
	[ "$(share tx component '^task/user$')" -le 10 ]
	awk '/^tx;task;calls;.*read_(iter_)?zero/ { zero += $NF } /^tx/ { all += $NF }
		END { exit !(all && zero >= 0.8 * all) }' "$dir/run.folded"
}

@test "folded stacks, functions and components add up to the same samples" {
	work burn read_zeros 2
	profile_for
	awk -F, -v "folded=$(awk '{ n += $NF } END { print n }' "$dir/run.folded")" '
		$3 != "profile" { next }
		$4 == "period" { period = $6 }
		$4 == "samples" { samples += $6 }
		$4 == "symbol" { symbols += $6 }
		$4 == "component" { ns += $6 }
		END {
			print folded, samples, symbols, ns / period
			exit !(samples > 0 && samples == symbols && samples == folded &&
			       samples == int(ns / period + 0.5))
		}' "$dir/run.csv"
}

# Answers for a PMU: what it is asked of misses of the last cache, the clock says, every 10 ms of a CPU's time.
@test "misses of the last cache are those of who makes them, and each sample is many; without a PMU they are absent" {
	cc -shared -fPIC -o "$dir/pmu.so" tests/fixtures/pmu.c
	export PMU=clock PMU_EVENT=3 # PERF_COUNT_HW_CACHE_MISSES
	work burn read_zeros 2
	LD_PRELOAD=$dir/pmu.so profile_for
	grep ',misses' "$dir/run.csv"
	[ "$(share tx misses '^task/data copy$')" -ge 80 ]
	[ "$(figure tx profile misses_lost '')" = 0 ]
	! grep ',collector,absent,profile/misses' "$dir/run.csv" || false
	# As much time as the clock itself says; of some dozen samples.
	awk -F, '$2 == "tx" && $4 == "misses" { n += $6 / 100003 } $2 == "tx" && $4 == "component" { ms += $6 / 1e6 }
		END { print n " samples in " ms " ms"; exit !(n * 10 >= ms / 2 && n * 10 <= ms * 2) }' "$dir/run.csv"
	export PMU=none
	LD_PRELOAD=$dir/pmu.so measure --exact --tx $$ profile
	tell measure open
	measured
	grep ',collector,absent,profile/misses,.*no PMU counts' "$dir/run.csv"
	! grep ',profile,misses' "$dir/run.csv" || false
}

# Two samplers of the same CPUs, each with n samples of which a share p is of a component, differ by
# chance with a standard deviation of sqrt(2p(1-p)/n). With the 8,000 that there are at least here it is
# 0.8 points where p is a half and 0.5 where it is a tenth, so 2 points are far from chance.
# But samples of neighbouring moments are not independent, and the load comes in spells: so perf runs
# twice, and what it differs by from itself is allowed on top.
# What is compared are shares of the time in which the CPUs were busy. perf samples at other rates:
# at the same one, its interrupt would come at the same distance before or after ours all the time,
# and the later of the two would see what the earlier one left behind, such as a CPU coming out of
# idle.
@test "shares of components agree with perf record of the same window within 2 points" {
	command -v perf >/dev/null || skip "perf is not installed"
	[ "$(nproc)" -ge 2 ] || skip "needs a CPU for each end of the traffic"
	"$BUILD/zcpath" rx --path copy --cpu 0 --cc cubic >"$dir/rx.csv" 2>"$dir/rx.err" 3>&- &
	rx=$!
	started+=("$rx")
	for _ in $(seq 500); do
		grep -q listening "$dir/rx.csv" && break
		sleep 0.01
	done
	"$BUILD/zcpath" tx --path copy --cpu 1 --cc cubic --to 127.0.0.1 --seconds 12 >"$dir/tx.csv" 2>"$dir/tx.err" 3>&- &
	tx=$!
	started+=("$tx")
	sleep 0.5
	perf=()
	for period in 1003009 1013003; do
		perf record -q -k CLOCK_MONOTONIC -e cpu-clock -c $period -a -g -o "$dir/perf.$period" \
			>"$dir/perf.err" 2>&1 3>&- &
		perf+=($!)
		started+=($!)
	done
	sleep 1
	kill -0 "${perf[@]}" || skip "perf record does not run here: $(cat "$dir/perf.err")"
	measure --exact --rx "$rx" --tx "$tx" profile
	tell measure open
	sleep 8
	measured
	kill -INT "${perf[@]}"
	wait "${perf[@]}" || :
	from=$(awk '/^open/ { print $2 }' "$dir/measure.out")
	to=$(awk '/^closed/ { print $2 }' "$dir/measure.out")
	for period in 1003009 1013003; do
		perf script -i "$dir/perf.$period" -F time,ip,sym 2>/dev/null |
			"$tool/perf_components" "$from" "$to" | sed "s/^/$period\t/" >>"$dir/theirs"
	done
	awk -F, '$4 == "component" { n[substr($5, index($5, "/") + 1)] += $6 }
		$4 == "period" { period = $6 }
		END { for (c in n) printf "%s\t%d\n", c, n[c] / period + 0.5 }' "$dir/run.csv" >"$dir/ours"
	awk -F'\t' '
		FNR == NR { n[$1, $2] = $3; names[$2]; if ($2 != "idle") all[$1] += $3; next }
		{ n["ours", $1] = $2; names[$1]; if ($1 != "idle") all["ours"] += $2 }
		function share(who, c) { return 100 * n[who, c] / all[who] }
		function distance(a, b) { return a > b ? a - b : b - a }
		END {
			for (c in names) {
				if (c == "idle")
					continue
				a = share(1003009, c)
				b = share(1013003, c)
				ours = share("ours", c)
				printf "%-14s perf %5.1f and %5.1f %%  zcprof %5.1f %%\n", c, a, b, ours
				if (distance(ours, (a + b) / 2) > 2 + distance(a, b))
					wrong = 1
			}
			printf "%d, %d and %d samples\n", all[1003009], all[1013003], all["ours"]
			exit wrong || all["ours"] < 8000 || all[1003009] < 8000
		}' "$dir/theirs" "$dir/ours"
	# Of all samples, and of each end's; a bystander's dozen would say nothing by itself.
	[ "$(share ".*" component unmapped)" -le 3 ] && [ "$(share rx component unmapped)" -le 3 ] &&
		[ "$(share tx component unmapped)" -le 3 ]
}
