#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What kept tasks from running: waiting for a CPU, and a quota that was used up.
#
# Alone: tasks are to wait for nobody else.

load ../host/zcprof_run

setup() {
	as_root
	PATH=$BUILD:$PATH
	record=$BATS_TEST_TMPDIR/run.csv
	cgroup=
	started=()
}

teardown() {
	[ ${#started[@]} -eq 0 ] || kill -9 "${started[@]}" 2>/dev/null || :
	[ -z "$cgroup" ] || { wait_until 5 rmdir "$cgroup/inner" && rmdir "$cgroup"; }
}

# spin CPU: a task that never sleeps; its number is the last of $started
spin() {
	taskset -c "$1" bash -c 'while :; do :; done' 3>&- &
	started+=($!)
}

@test "two tasks on one CPU: what one does not run it waits" {
	spin 0
	spin 0
	zcprof attach --pid "${started[0]}" --as rx --seconds 1 --warmup 0 --collect cpu,pressure -o "$record"
	ran=$(sum "$record" rx cpu thread)
	waited=$(sum "$record" rx cpu wait)
	window=$(value "$record" rx path window_ns "" || echo 1000000000)
	echo "ran $ran, waited $waited, window $window"
	between 100000000 "$waited" 1000000000
	between $((window * 90 / 100)) $((ran + waited)) $((window * 110 / 100))
	between $((window * 90 / 100)) "$(value "$record" host pressure stalled cpu)" $((window * 130 / 100))
}

@test "a quota that is used up, of the cgroup itself or of one above it" {
	if [ -w /sys/fs/cgroup/cpu/cpu.cfs_quota_us ]; then
		cgroup=/sys/fs/cgroup/cpu/zcprof-test-$$
		mkdir -p "$cgroup/inner"
		echo 10000 >"$cgroup/cpu.cfs_quota_us"
		word=throttled_time factor=1
	elif grep -qw cpu /sys/fs/cgroup/cgroup.controllers 2>/dev/null; then
		echo +cpu >/sys/fs/cgroup/cgroup.subtree_control
		cgroup=/sys/fs/cgroup/zcprof-test-$$
		mkdir -p "$cgroup/inner"
		echo "10000 100000" >"$cgroup/cpu.max"
		word=throttled_usec factor=1000
	else
		skip "no CPU controller of cgroups here"
	fi
	kernel() {
		awk -v word="$1" -v factor="$2" '$1 == word { printf "%.0f\n", $2 * factor }' "$cgroup/cpu.stat"
	}
	spin 0
	echo "${started[0]}" >"$cgroup/inner/cgroup.procs"
	before=$(kernel $word $factor) periods=$(kernel nr_throttled 1)
	zcprof attach --pid "${started[0]}" --as tx --seconds 1 --warmup 0 --collect cpu,pressure -o "$record"
	echo "the kernel: $before to $(kernel $word $factor), record: $(value "$record" tx pressure throttled_ns "")"
	between 100000000 "$(value "$record" tx pressure throttled_ns "")" $(($(kernel $word $factor) - before))
	between 3 "$(value "$record" tx pressure throttled "")" $(($(kernel nr_throttled 1) - periods))
	# One without a quota, in the same window's length.
	spin 1
	zcprof attach --pid "${started[1]}" --as tx --seconds 0.3 --warmup 0 --collect cpu,pressure -o "$record"
	[ "$(value "$record" tx pressure throttled_ns "")" = 0 ]
}
