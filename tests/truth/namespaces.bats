#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof in, and attached to what is in, each kind of namespace: figures are right, or absent with the reason.
# What is measured makes a known number of calls (tests/tool/calls) or moves a known number of bytes (mover).

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

setup() {
	as_root
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	inside=
}

teardown() {
	[ -z "$inside" ] || kill -9 "$inside" 2>/dev/null || :
}

have() {
	unshare "$@" true 2>/dev/null || skip "no such namespace here: $*"
}

# Rows inside the window are there once it is open.
is_open() {
	wait_until 20 grep -qs '^[0-9]' "$dir/run.csv.part"
}

# counted PREFIX...: 3000 getppid() of a command that zcprof starts, by zcprof below PREFIX
counted() {
	{ is_open >&2; echo; sleep 2; echo; } |
		"$@" "$BUILD/zcprof" attach --collect cpu,syscalls,copy --exact --as tx --warmup 0.2 --interval 0.1 -o "$dir/run.csv" -- \
			"$BUILD/tests/tool/calls" known 1 3000 >"$dir/out" 2>"$dir/said" 3>&-
	cat "$dir/said"
	is_record "$dir/run.csv"
	zcroi check "$dir/run.csv"
}

@test "in a time namespace, whose clock is hours ahead or behind: every call" {
	have --time --fork
	grep -q . /proc/self/timens_offsets || skip "no time namespaces here"
	for offset in 100000 -5; do
		counted unshare --time --monotonic "$offset" --boottime 3600 --fork
		[ "$(value "$dir/run.csv" tx syscalls calls getppid)" -eq 3000 ]
		[ "$(sum "$dir/run.csv" tx cpu thread)" -gt 0 ]
	done
}

@test "in network, mount, uts, ipc and cgroup namespaces of its own: every call" {
	have --net --mount --uts --ipc --cgroup
	counted unshare --net --mount --uts --ipc --cgroup
	[ "$(value "$dir/run.csv" tx syscalls calls getppid)" -eq 3000 ]
}

@test "in a PID namespace: what BPF would count is absent with the reason, or right; threads are there" {
	have --pid --fork --mount-proc
	counted unshare --pid --fork --mount-proc
	if grep -q ',collector,means,syscalls,' "$dir/run.csv"; then
		[ "$(value "$dir/run.csv" tx syscalls calls getppid)" -eq 3000 ]
	else
		grep -q '^,host,collector,absent,syscalls,.*PID namespace' "$dir/run.csv"
		run ! grep -q ',syscalls,calls,' "$dir/run.csv"
	fi
	grep -q '^,tx,cpu,thread,calls/' "$dir/run.csv"
}

@test "in a PID namespace whose /proc is another's: numbers would be those of others, so nothing is measured" {
	have --pid --fork
	run unshare --pid --fork "$BUILD/zcprof" attach --pid 1 --as rx --seconds 0.2 -o "$dir/run.csv"
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"/proc is that of another PID namespace"* ]]
	run unshare --pid --fork "$BUILD/zcprof" run --rx copy --tx copy --seconds 0.2 -o "$dir/out"
	[ "$status" -eq 3 ]
	[ ! -e "$dir/run.csv" ] && [ ! -e "$dir/out" ] || false
}

@test "in a user namespace: what BPF would count is absent with the reason" {
	have --user --map-root-user
	counted unshare --user --map-root-user
	grep -q '^,host,collector,absent,syscalls,.*first user namespace' "$dir/run.csv"
	run ! grep -q ',syscalls,calls,' "$dir/run.csv"
	grep -q '^,tx,cpu,thread,calls/' "$dir/run.csv"
}

@test "attached to a process in namespaces of every kind of its own: every call and every byte" {
	have --user --map-root-user --pid --net --mount --uts --ipc --cgroup --time --fork
	mkfifo "$dir/lines"
	unshare --user --map-root-user --pid --net --mount --uts --ipc --cgroup --time --monotonic 100000 --boottime 77 --fork --kill-child \
		sh -c 'ip link set lo up && exec "$0" client 200 50000' "$BUILD/tests/tool/mover" <"$dir/lines" >"$dir/moved" 3>&- &
	inside=$!
	exec 9>"$dir/lines"
	wait_until 10 grep -q ready "$dir/moved"
	mover=$(pgrep -P "$inside")
	zcprof attach --as tx --pid "$mover" --seconds 3 --warmup 0 --interval 0.1 --collect cpu,syscalls,tcp -o "$dir/run.csv" 3>&- 9>&- &
	attached=$!
	is_open
	echo >&9
	wait "$attached"
	[ "$(tail -n 1 "$dir/moved")" -eq 10000000 ]
	[ "$(value "$dir/run.csv" tx path bytes)" -eq 10000000 ]
	[ "$(value "$dir/run.csv" tx syscalls calls connect)" -eq 200 ]
	grep -q '^,tx,cpu,thread,mover/' "$dir/run.csv"
	zcroi check "$dir/run.csv"
}
