#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A collector that cannot measure writes why, and no figure; the others go on.
#
# Alone: for a while the kernel gives the names of its functions to nobody.

bats_require_minimum_version 1.5.0

setup() {
	[ "$(id -u)" = 0 ] || skip "takes away privileges, so it needs them first"
	command -v setpriv >/dev/null || skip "setpriv is not installed"
	collect=$BUILD/tests/tool/collect
	rows=$BATS_TEST_TMPDIR/rows
}


absent() {
	grep -q ",host,collector,absent,$1,.*$2" "$rows" || { cat "$rows"; return 1; }
	! grep "^[^,]*,[^,]*,$1," "$rows" || false # no figure of it
}

@test "without privileges the capabilities are named" {
	setpriv --reuid=65534 --clear-groups "$collect" --rx $$ --seconds 0.1 >"$rows"
	absent syscalls "CAP_BPF and CAP_PERFMON"
	absent profile "CAP_BPF and CAP_PERFMON"
	grep -q ',selfcost,cpu,' "$rows"
}

@test "of two capabilities the one that is missing is named" {
	setpriv --bounding-set=-sys_admin,-perfmon "$collect" --rx $$ --seconds 0.1 >"$rows"
	absent syscalls "CAP_PERFMON:"
	setpriv --bounding-set=-sys_admin,-bpf "$collect" --rx $$ --seconds 0.1 >"$rows"
	absent syscalls "CAP_BPF:"
}

@test "CAP_BPF and CAP_PERFMON are enough" {
	local bpf="syscalls profile softirq iowait selfcost"
	# shellcheck disable=SC2086 # words
	"$collect" --rx $$ --seconds 0.1 $bpf >"$rows"
	# What the CPU has not, no privilege gives.
	lacks() {
		grep ,absent, "$rows" | grep -v ",profile/misses,no PMU counts"
	}
	! lacks || skip "$(lacks)"
	# shellcheck disable=SC2086
	setpriv --bounding-set=-sys_admin,-net_admin "$collect" --rx $$ --seconds 0.1 $bpf >"$rows"
	! lacks || false
}

@test "hidden kernel addresses are said, and profile has no other row" {
	before=$(cat /proc/sys/kernel/kptr_restrict)
	echo 2 >/proc/sys/kernel/kptr_restrict || skip "kernel.kptr_restrict cannot be set"
	run --separate-stderr "$collect" --rx $$ --seconds 0.1 profile
	echo "$before" >/proc/sys/kernel/kptr_restrict
	echo "$output" >"$rows"
	absent profile "kernel.kptr_restrict"
}

@test "in another PID namespace nothing is counted under a stranger's id" {
	unshare --pid --fork --mount-proc true || skip "no PID namespaces here"
	unshare --pid --fork --mount-proc "$collect" --rx 1 --seconds 0.1 >"$rows"
	absent syscalls "initial PID namespace"
	absent profile "initial PID namespace"
	absent softirq "initial PID namespace"
	absent iowait "initial PID namespace"
}

@test "a process that ends in the window, or never was, leaves a whole record" {
	sleep 0.3 &
	"$collect" --rx $! --tx 4194303 --seconds 0.6 syscalls profile iowait softirq >"$rows"
	# Three ends each of syscalls, profile and iowait, and the one of softirq.
	[ "$(grep -c ',lost,' "$rows")" = 10 ]
	! grep ',lost,' "$rows" | grep -qv ',0,' || false
	wait
}
