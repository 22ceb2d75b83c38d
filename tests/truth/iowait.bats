#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Time in iowait: of a receiver that waits for io_uring completions while its sender is stopped for a
# known time, against what /proc/stat bills its CPU.
#
# Alone: a CPU is to have nothing to do but to wait.

load measured.sh

setup() {
	[ "$(id -u)" = 0 ] || skip "BPF needs root here"
	[ "$(nproc)" -ge 2 ] || skip "needs a CPU for each end of the traffic"
	measured_setup
	tick_ns=$((1000000000 / $(getconf CLK_TCK)))
}

teardown() {
	stop_all
}

# "idle iowait", of CPU 0 until now.
cpu0_idle_ns() {
	awk -v "tick=$tick_ns" '$1 == "cpu0" { printf "%.0f %.0f\n", $5 * tick, $6 * tick }' /proc/stat
}

# A second in which the sender is stopped, in a window around it; sets $billed and $idle, which the
# receiver's CPU was billed meanwhile. What else runs there is none of the two.
wait_for_sender() {
	"$BUILD/zcpath" rx --path uring --cpu 0 "$@" >"$dir/rx.csv" 2>"$dir/rx.err" 3>&- &
	rx=$!
	started+=("$rx")
	for _ in $(seq 500); do
		grep -q listening "$dir/rx.csv" && break
		kill -0 "$rx" 2>/dev/null || skip "$(cat "$dir/rx.err")"
		sleep 0.01
	done
	"$BUILD/zcpath" tx --path copy --cpu 1 --to 127.0.0.1 --seconds 10 >"$dir/tx.csv" \
		2>"$dir/tx.err" 3>&- &
	tx=$!
	started+=("$tx")
	sleep 1
	measure --rx "$rx" --tx "$tx" iowait
	tell measure open
	read -r idle_before billed_before < <(cpu0_idle_ns)
	kill -STOP "$tx"
	sleep 1
	read -r idle billed < <(cpu0_idle_ns)
	idle=$((idle - idle_before)) billed=$((billed - billed_before))
	kill -CONT "$tx"
	sleep 0.1
	measured
	[ "$(figure host iowait lost '')" = 0 ]
	[ "$(figure rx iowait lost '')" = 0 ]
	uring=$(figure rx iowait io_uring '')
	echo "blocked in iowait: $uring ns; CPU 0 was billed $billed ns of it and $idle ns of idle while the sender stood still"
	[ $((billed + idle)) -ge $((10 * tick_ns)) ] || skip "CPU 0 had other work all the time"
}

@test "a wait for io_uring completions is iowait, as long as it lasts and as /proc/stat bills it" {
	wait_for_sender
	# The CPU was idle for no other reason.
	[ "$billed" -ge $((9 * idle)) ]
	# All of the standstill, and no more than the whole window.
	[ "$uring" -ge $((billed - 3 * tick_ns)) ]
	[ "$uring" -ge 950000000 ]
	window=$(awk '/^open/ { open = $2 } /^closed/ { printf "%.0f", ($2 - open) * 1e9 }' "$dir/measure.out")
	[ "$uring" -le "$window" ]
	awk -F, -v "uring=$uring" '$2 == "rx" && $4 == "time" { all += $6; if ($5 ~ /\/io_uring_enter$/) in_it += $6 }
		END { exit !(all == uring && in_it == uring) }' "$dir/run.csv"
	[ -z "$(awk -F, '$2 == "tx" && $4 == "time"' "$dir/run.csv")" ]
}

@test "with --no-iowait the same wait is none" {
	wait_for_sender --no-iowait
	[ "$uring" = 0 ]
	[ "$idle" -ge $((9 * billed)) ]
}

@test "a wait that begins before the window and ends after it counts as long as the window" {
	"$BUILD/zcpath" rx --path uring --cpu 0 >"$dir/rx.csv" 2>"$dir/rx.err" 3>&- &
	rx=$!
	started+=("$rx")
	for _ in $(seq 500); do
		grep -q listening "$dir/rx.csv" && break
		sleep 0.01
	done
	"$BUILD/zcpath" tx --path copy --cpu 1 --to 127.0.0.1 --seconds 10 >"$dir/tx.csv" \
		2>"$dir/tx.err" 3>&- &
	tx=$!
	started+=("$tx")
	sleep 1
	measure --rx "$rx" iowait
	kill -STOP "$tx"
	sleep 0.3
	tell measure open
	sleep 0.5
	measured
	window=$(awk '/^open/ { open = $2 } /^closed/ { printf "%.0f", ($2 - open) * 1e9 }' "$dir/measure.out")
	uring=$(figure rx iowait io_uring '')
	echo "$uring ns of $window"
	[ "$uring" -ge $((window / 100 * 98)) ] && [ "$uring" -le $((window / 100 * 102)) ] || false
	[ "$(awk -F, '$2 == "rx" && $4 == "waits" { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")" = 0 ]
}
