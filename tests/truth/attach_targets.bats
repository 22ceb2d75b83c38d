#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof attach to a cgroup, a network namespace and CPUs: also what comes after it has begun, and
# nothing else. The work is known: N calls of getppid() by tests/tool/calls.
#
# Alone: rates are those of iperf3 to 3 %, and a CPU is to do one thing.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run
load attach_pair

setup() {
	pair_up
	group=
}

teardown() {
	pair_down
	if [ -n "$group" ]; then
		for procs in "$group"/cgroup.procs "$group"/inner/cgroup.procs; do
			xargs -r kill -9 <"$procs" 2>/dev/null || :
		done
		wait_until 5 empty "$group"
		rmdir "$group/inner" "$group"
	fi
}

empty() {
	! grep -q . "$1/cgroup.procs" "$1/inner/cgroup.procs" || false
}

make_group() {
	local root
	root=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
	[ -n "$root" ] && [ -w "$root/cgroup.procs" ] || skip "no cgroup2 that can be written"
	group=$root/zcprof-test$$
	mkdir -p "$group/inner"
}

serves_nobody() {
	[ -z "$(ip netns exec "$ns-s" ss -Htn state established "sport = :5201")" ]
}

# calls N [COMMAND...]: N getppid() by a process of its own, below COMMAND
calls() {
	local n=$1
	shift
	printf '\n\n' | "$@" "$BUILD/tests/tool/calls" known 1 "$n" >/dev/null
}

in_inner() {
	sh -c 'echo $$ >"$0/inner/cgroup.procs" && exec "$@"' "$group" "$@"
}

# attach ARGUMENT...: in the background, until its window is open
attach() {
	# Rows inside the window are there once it is open.
	zcprof attach -v --warmup 0.1 --seconds 2 --interval 0.1 --collect cpu,syscalls,tcp -o "$dir/run.csv" "$@" \
		2>"$dir/said" 3>&- &
	attached=$!
	started+=("$attached")
	wait_until 20 grep -qs '^[0-9]' "$dir/run.csv.part"
}

attached() {
	wait "$attached" || { cat "$dir/said"; false; }
	is_record "$dir/run.csv"
	zcroi check "$dir/run.csv"
}

@test "a cgroup: a process that comes later, in a cgroup below it; none that is outside" {
	make_group
	sh -c 'echo $$ >"$0/cgroup.procs"; exec sleep 60' "$group" 3>&- &
	started+=($!)
	wait_until 5 grep -q . "$group/cgroup.procs"
	attach --cgroup "${group##*/}" --as tx
	calls 3000 in_inner
	calls 5000
	attached
	[ "$(value "$dir/run.csv" tx syscalls calls getppid)" -eq 3000 ]
	grep -q "^,tx,fact,attached,,cgroup $group," "$dir/run.csv"
	grep -q '^,tx,cpu,thread,sleep/' "$dir/run.csv"
}

@test "a network namespace: a process that comes later; none that is outside; all its connections" {
	client -t 60 -b 2G
	sleep 0.5
	attach --rx-netns "$ns-s" --tx-netns "$ns-c"
	calls 3000 ip netns exec "$ns-c"
	calls 5000
	attached
	[ "$(value "$dir/run.csv" tx syscalls calls getppid)" -eq 3000 ]
	run ! grep -q '^,rx,syscalls,calls,getppid,' "$dir/run.csv"
	within_3_percent "$(rate "$dir/run.csv" rx)" 2
	within_3_percent "$(rate "$dir/run.csv" tx)" 2
	[ "$(value "$dir/run.csv" tx tcp mss 0)" -gt 500 ]
	grep -q '^,tx,cpu,thread,iperf3/' "$dir/run.csv"
	# A second name of the same namespace is the same.
	client_says
	wait_until 20 serves_nobody
	client -t 60 -b 1G
	sleep 0.5
	zcprof attach --netns "$client" --seconds 1 --collect cpu -o "$dir/by-pid.csv"
	within_3_percent "$(rate "$dir/by-pid.csv" tx)" 1
}

@test "CPUs: whatever runs there, and nothing of the others" {
	two_cpus
	attach --cpu 1 --as rx
	calls 3000 taskset -c 1
	calls 5000 taskset -c 0
	attached
	# Some of the machine's own work may be there too.
	between 3000 "$(value "$dir/run.csv" rx syscalls calls getppid)" 4000
	grep -q 'had no TCP connection of its own, so its throughput is not known' "$dir/said"
	run ! value "$dir/run.csv" rx path bytes
}

@test "a device alone: the machine's, with what the device moved" {
	attach --iface lo --as tx
	calls 3000
	attached
	# Of others on this machine too.
	[ "$(value "$dir/run.csv" tx syscalls calls getppid)" -ge 3000 ]
	[ "$(value "$dir/run.csv" tx path window_ns)" -gt 1900000000 ]
	grep -q '^,tx,fact,attached,bytes,"device lo, headers included"' "$dir/run.csv"
}

@test "what is not there, and what does not fit, is said" {
	run -1 zcprof attach --cgroup no/such -o "$dir/x.csv"
	[[ "$output" == *"there is no cgroup no/such"* ]]
	run -1 zcprof attach --cgroup /tmp -o "$dir/x.csv"
	[[ "$output" == *"/tmp is no cgroup of version 2"* ]]
	run -1 zcprof attach --netns no-such -o "$dir/x.csv"
	[[ "$output" == *"there is no network namespace no-such"* ]]
	run -2 zcprof attach --netns a --cgroup b -o "$dir/x.csv"
	[[ "$output" == *"give one of --pid, --cgroup and --netns"* ]]
	run -2 zcprof attach --rx-netns a --pid 1 -o "$dir/x.csv"
	make_group
	run -1 zcprof attach --cgroup "$group" -o "$dir/x.csv"
	[[ "$output" == *"has no process now"* ]]
	[ ! -e "$dir/x.csv" ] && [ ! -e "$dir/x.csv.part" ] || false
}
