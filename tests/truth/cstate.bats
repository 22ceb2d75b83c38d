#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Idle states: against sysfs read by hand around the window and inside it, against what /proc/stat
# says of the same CPUs, and on a machine of made-up files, whose figures are known.
#
# Alone: CPUs are to be idle.

load measured.sh

setup() {
	measured_setup
	to_zcroi=$BUILD/zcroi
}

teardown() {
	stop_all
}

# One line per CPU and state: CPU/state, us, entries.
by_hand() {
	for state in /sys/devices/system/cpu/cpu*/cpuidle/state*; do
		cpu=${state#*/cpu/cpu}
		echo "${cpu%%/*}/$(<"$state/name"),$(<"$state/time"),$(<"$state/usage")"
	done
}

# idle_of CPU: all of its states, in ns.
idle_of() {
	awk -F, -v cpu="$1" '$4 == "time" && $5 ~ "^" cpu "/" { ns += $6 } END { printf "%.0f\n", ns }' \
		"$dir/run.csv"
}

# A tree in place of /sys/devices/system/cpu: state CPU NUMBER NAME LATENCY US ENTRIES
state() {
	local at=$dir/cpu/cpu$1/cpuidle/state$2

	mkdir -p "$at"
	echo "$3" >"$at/name"
	echo "$4" >"$at/latency"
	echo "$5" >"$at/time"
	echo "$6" >"$at/usage"
}

made_up() {
	[ "$(id -u)" = 0 ] || skip "needs root: it mounts in a namespace of its own"
	mkdir -p "$dir/tool" "$dir/cpu"
	cat >"$dir/tool/collect" <<-END
		#!/bin/sh
		exec unshare -m sh -c 'mount --bind "\$0" /sys/devices/system/cpu && exec "\$@"' \
			"$dir/cpu" "$tool/collect" "\$@"
	END
	chmod +x "$dir/tool/collect"
	tool=$dir/tool
}

@test "each state's time and entries lie between what sysfs says inside the window and around it" {
	measure cstate
	by_hand >"$dir/around.open"
	tell measure open
	by_hand >"$dir/inside.open"
	sleep 0.5
	by_hand >"$dir/inside.close"
	tell measure closed
	by_hand >"$dir/around.close"
	wait "$measuring"
	ours() { awk -F, -v m="$1" '$4 == m { print $5 "," $6 }' "$dir/run.csv" | sort; }
	ours time >"$dir/time"
	ours entries >"$dir/entries"
	[ -s "$dir/time" ]
	[ "$(wc -l <"$dir/time")" = "$(wc -l <"$dir/around.open")" ]
	for what in around inside; do
		join -t, <(sort "$dir/$what.open") <(sort "$dir/$what.close") |
			awk -F, '{ print $1 "," ($4 - $2) * 1000 "," $5 - $3 }' >"$dir/$what"
	done
	# CPU/state, inside ns, entries, around ns, entries, ours
	join -t, "$dir/inside" "$dir/around" | join -t, - "$dir/time" | join -t, - "$dir/entries" |
		tee /dev/stderr | awk -F, '$6 < $2 || $6 > $4 || $7 < $3 || $7 > $5 { bad = 1 }
			END { exit bad || !NR }'
}

@test "a CPU that is kept busy is in no idle state; of the others /proc/stat says the same" {
	busy=$(($(nproc) - 1))
	taskset -c "$busy" sh -c 'while :; do :; done' 3>&- &
	started+=("$!")
	measure cstate
	idle() { awk -v c="cpu$1" '$1 == c { printf "%.0f\n", ($5 + $6) * 1e7 }' /proc/stat; }
	tell measure open
	before=$(idle 0)
	sleep 2
	after=$(idle 0)
	measured
	window=$(awk '$1 == "open" { o = $2 } $1 == "closed" { printf "%.0f\n", ($2 - o) * 1e9 }' \
		"$dir/measure.out")
	echo "busy: $(idle_of "$busy") of $window; CPU 0: $(idle_of 0), by /proc/stat $((after - before))"
	[ "$(idle_of "$busy")" -lt $((window / 50)) ]
	[ "$busy" != 0 ] || skip "one CPU: none is left to sleep"
	apart=$(($(idle_of 0) - (after - before)))
	[ "${apart#-}" -lt $((window / 20)) ]
	# What is in no state is the rest.
	whole=$(($(idle_of 0) + $(figure host cstate none 0)))
	apart=$((whole - window))
	[ "${apart#-}" -lt $((window / 100)) ]
}

@test "made-up states are counted to the microsecond, shown the shallow first, and a frequency is a column" {
	made_up
	for cpu in 0 1 10; do
		state $cpu 0 POLL 0 1000 10
		state $cpu 1 C1 2 2000000 20
		state $cpu 2 C1E 10 3000000 30
		state $cpu 3 C6 170 4000000 40
		mkdir -p "$dir/cpu/cpu$cpu/cpufreq"
		echo 800000 >"$dir/cpu/cpu$cpu/cpufreq/scaling_cur_freq"
	done
	measure --rx $$ --cpus-rx 1 cstate cpufreq
	tell measure open
	sleep 1
	state 0 0 POLL 0 1000 10
	state 0 3 C6 170 4900000 47
	state 1 0 POLL 0 1007 11
	state 1 1 C1 2 2100000 1020
	state 1 2 C1E 10 3300000 31
	# Went and came back in the window.
	state 10 3 C6 170 5 1
	echo 3500000 >"$dir/cpu/cpu1/cpufreq/scaling_cur_freq"
	measured
	[ "$(figure host cstate time 0/C6)" = 900000000 ]
	[ "$(figure host cstate entries 0/C6)" = 7 ]
	[ "$(figure host cstate time 0/POLL)" = 0 ]
	[ "$(figure rx cstate time 1/POLL)" = 7000 ]
	[ "$(figure rx cstate time 1/C1)" = 100000000 ]
	[ "$(figure rx cstate entries 1/C1)" = 1000 ]
	[ "$(figure rx cstate time 1/C1E)" = 300000000 ]
	[ "$(figure rx cstate none 1)" -ge 599993000 ]
	[ -z "$(figure host cstate none 10)" ]
	[ "$(figure rx cpufreq frequency 1)" = 3500000 ]
	[ "$(figure host cpufreq frequency 0)" = 800000 ]
	run "$to_zcroi" show cstate --format csv "$dir/run.csv"
	echo "$output"
	[ "${lines[0]%%,none*}" = "end,cpu,POLL,C1,C1E,C6" ]
	[[ ${lines[1]} == host,0,0,0,0,[5-9]* ]]
	[[ ${lines[2]} == rx,1,0.000* ]]
	[ "${lines[2]##*,}" = 3.5 ]
}

@test "without idle states and frequencies the record says so" {
	made_up
	mkdir -p "$dir/cpu/cpu0"
	"$tool/collect" --seconds 0.1 cstate cpufreq >"$dir/run.csv"
	grep -q '^,host,collector,absent,cstate,.*no CPU has .*cpuidle' "$dir/run.csv"
	grep -q '^,host,collector,absent,cpufreq,.*no CPU has .*cpufreq' "$dir/run.csv"
}

@test "frequencies that the driver does not know are absent, with the reason" {
	made_up
	mkdir -p "$dir/cpu/cpu0/cpufreq"
	echo "<unknown>" >"$dir/cpu/cpu0/cpufreq/scaling_cur_freq"
	"$tool/collect" --seconds 0.1 cpufreq >"$dir/run.csv"
	grep -q '^,host,collector,absent,cpufreq,.*held a frequency' "$dir/run.csv"
	! grep -q ',cpufreq,frequency,' "$dir/run.csv" || false
}
