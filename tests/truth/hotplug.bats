#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# CPUs that are taken down and brought up while they are measured. With three CPUs or more it is one
# in the middle (tests/lab/hotplug.bats has three): what comes behind it must stay seen.
#
# Alone: CPUs are taken down.

load measured.sh

cpus=/sys/devices/system/cpu

setup() {
	measured_setup
	victim=
	for cpu in 1 2 3; do
		[ ! -w $cpus/cpu$cpu/online ] || [ "$(cat $cpus/cpu$cpu/online)" != 1 ] || victim=${victim:-$cpu}
	done
	chrt -f 1 true || skip "nothing may run in real time, so that a CPU would be known to do one thing"
	[ "$(id -u)" = 0 ] && [ -n "$victim" ] || skip "no CPU can be taken down here"
	# It may be refused (a hypervisor, interrupts that have nowhere to go).
	echo 0 >$cpus/cpu$victim/online || skip "CPU $victim cannot be taken down"
	up
	last=$(sed 's/.*[,-]//' $cpus/online)
}

teardown() {
	[ -z "$victim" ] || up
	stop_all
}

down() {
	echo 0 >$cpus/cpu$victim/online
}

up() {
	# What others do with CPUs may make it busy.
	for _ in $(seq 50); do
		! echo 1 >$cpus/cpu$victim/online 2>/dev/null || return 0
		[ "$(cat $cpus/cpu$victim/online)" = 0 ] || return 0
		sleep 0.02
	done
}

# A loop on one CPU, until it is stopped; $spinning. It is the only one there, but for a twentieth
# that the kernel keeps for others (kernel.sched_rt_runtime_us).
spin() {
	taskset -c "$1" chrt -f 1 sh -c 'while :; do :; done' 3>&- &
	spinning=$!
	started+=("$spinning")
}

used_ns() {
	cut -d ' ' -f 1 "/proc/$spinning/schedstat"
}

now_ns() {
	date +%s%N
}

# A figure in ns, to within some ticks, of which emulated CPUs lose up to a third. At most: by default a fifth more than at least.
between() { # WHAT LEAST FIGURE [MOST]
	awk -v what="$1" -v a="$2" -v f="$3" -v b="${4:-$(($2 * 6 / 5))}" 'BEGIN {
		print what ": " f / 1e6 " in " a / 1e6 " to " b / 1e6 " ms"
		exit !(f != "" && f >= 0.65 * a - 60e6 && f <= b + 60e6)
	}'
}

busy_of() { # END CPU
	awk -F, -v end="$1" -v cpu="$2" '$2 == end && $3 == "cpu" && $5 == cpu &&
		$4 ~ /^(user|system|irq|softirq)$/ { n += $6; seen = 1 } END { if (seen) printf "%.0f", n }' "$dir/run.csv"
}

@test "a CPU that goes in the window: what it did until then counts, and those behind it are seen" {
	spin "$victim"
	measure --rx "$spinning" --cpus-rx "$victim" --tx $$ --cpus-tx 0 cpu softnet cstate
	sleep 0.1
	began=$(now_ns)
	tell measure open
	from=$(used_ns)
	sleep 0.6
	to=$(used_ns)
	kill "$spinning"
	down
	gone=$(now_ns)
	sleep 0.2
	measured
	up
	cat "$dir/run.csv"
	between "CPU $victim" $((to - from)) "$(busy_of rx "$victim")" $((gone - began))
	[ "$(figure rx cpu hotplug "$victim")" = 1 ]
	[ -n "$(figure rx cpu busy "")" ]
	[ -z "$(figure rx cpu idle "$victim")" ] # it is not known
	[ -z "$(figure rx cstate none "$victim")" ]
	# Every other is whole.
	for cpu in $(seq 0 "$last"); do
		[ "$cpu" = "$victim" ] || {
			[ -n "$(awk -F, -v c="$cpu" '$3 == "cpu" && $4 == "idle" && $5 == c' "$dir/run.csv")" ]
			[ -n "$(awk -F, -v c="$cpu" '$3 == "softnet" && $4 == "processed" && $5 == c' "$dir/run.csv")" ]
		}
	done
}

@test "the work on the last CPU is seen while one before it goes" {
	[ "$last" -gt "$victim" ] || skip "no CPU comes behind CPU $victim"
	spin "$last"
	measure --rx "$spinning" --cpus-rx "$last" --tx $$ --cpus-tx 0 cpu
	sleep 0.1
	tell measure open
	from=$(used_ns)
	sleep 0.3
	down
	sleep 0.3
	to=$(used_ns)
	measured
	up
	cat "$dir/run.csv"
	between "CPU $last" $((to - from)) "$(busy_of rx "$last")"
}

@test "a CPU that comes in the window: what it did from then on counts" {
	down
	measure --rx $$ --cpus-rx "$victim" --tx 1 --cpus-tx 0 cpu softnet
	tell measure open
	sleep 0.1
	up
	spin "$victim"
	sleep 0.5
	to=$(used_ns)
	measured
	cat "$dir/run.csv"
	between "CPU $victim" "$to" "$(busy_of rx "$victim")"
	[ "$(figure rx cpu hotplug "$victim")" = 1 ]
	grep -q "CPU $victim was taken down or brought up" "$dir/measure.out"
}

@test "a CPU that goes and comes back in the window is said" {
	measure --rx $$ --cpus-rx "$victim" --tx 1 --cpus-tx 0 cpu cstate
	tell measure open
	down
	up
	sleep 0.2 # a shorter window has no C
	measured
	cat "$dir/run.csv"
	[ "$(figure rx cpu hotplug "$victim")" = 2 ]
	[ -z "$(figure rx cpu idle "$victim")" ] # nobody counts that it was away
	[ -n "$(figure rx cpu busy "")" ]
	[ -z "$(figure rx cstate none "$victim")" ]
}

@test "one that came between open and the first edge has its samples" {
	down
	spin 0
	measure --rx "$spinning" --tx 1 profile
	up
	taskset -pc "$victim" "$spinning"
	tell measure open
	sleep 0.6
	measured
	samples=$(figure rx profile samples task)
	echo "$samples samples of 0.6 s"
	[ "$samples" -ge 30 ]
}

@test "slices: packets do not jump when a CPU goes, whichever moment it is" {
	measure --rx $$ --tx 1 softirq
	tell measure open
	sleep 0.3
	down
	sleep 0.2
	up
	sleep 0.2
	down
	measured
	up
	share=$(figure host collector share softirq)
	echo "share $share"
	awk -v s="$share" 'BEGIN { exit !(s > 0.01 && s <= 0.6) }'
}
