#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is read of a process is read as its enemy's: its functions are those of its own files and nobody
# else's, and what it made of its files and its memory harms neither zcprof nor the names of others.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

setup() {
	as_root
	PATH=$BUILD:$BUILD/tests/tool:$PATH
	dir=$BATS_TEST_TMPDIR
	started=()
	run -0 --separate-stderr timeout 20 zcprof attach --iface lo --as rx --seconds 0.1 --warmup 0 --collect profile -o "$dir/able.csv"
	! reason=$(grep 'collector,absent,profile,' "$dir/able.csv") || skip "$reason"
}

teardown() {
	exec 9>&-
	for pid in "${started[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
	done
}

# Begins it, sets pid, and waits until it works.
begin() {
	rm -f "$dir/said"
	"$@" <"${input:-/dev/null}" >"$dir/said" 2>&1 3>&- 9>&- &
	pid=$!
	started+=("$pid")
	wait_until 10 grep -q ready "$dir/said"
}

# calls under this name, spinning in its function spin_in_user
burn() {
	mkfifo "$dir/go"
	exec 9<>"$dir/go"
	input=$dir/go begin "$@" burn spin_in_user 60
	echo >&9
}

attach() {
	timeout -s KILL "${patience-30}" zcprof attach --pid "$pid" --iface lo --as rx --seconds "${seconds-1.5}" --warmup 0 --collect profile -o "$dir/r.csv" "$@"
}

# Samples of functions of that object and name, as patterns of grep.
samples() {
	LC_ALL=C grep -aE "^,rx,profile,symbol,\"?task;$1;$2\"?," "$dir/r.csv" | awk -F, '{ n += $(NF - 1) } END { print n + 0 }'
}

@test "a container's functions come from its own files, not from the host's of the same path" {
	mkdir "$dir/host" "$dir/app"
	cp "$BUILD/tests/tool/calls" "$dir/host/server"
	cp "$BUILD/tests/tool/hostile" "$dir/app/server"
	burn unshare -m sh -c "mount --bind '$dir/host' '$dir/app' && exec '$dir/app/server' \"\$@\"" sh
	cmp "$dir/app/server" "$BUILD/tests/tool/hostile"
	attach
	[ "$(samples server spin_in_user)" -gt 4 ]
	[ "$(samples server '.*')" -le "$(($(samples server spin_in_user) + $(samples server '\[unknown\]') + 3))" ]
	[ "$(samples server '(spin_here|put_program|main)')" -eq 0 ]
}

@test "a program that is replaced while it is profiled, and one that is deleted, keep their names" {
	cp "$BUILD/tests/tool/calls" "$dir/server"
	burn "$dir/server"
	cp "$BUILD/tests/tool/hostile" "$dir/next"
	(sleep 0.3 && mv "$dir/next" "$dir/server") 3>&- &
	attach
	wait "$!"
	[ "$(samples server spin_in_user)" -gt 4 ]
	rm "$dir/server"
	attach
	[ "$(samples server spin_in_user)" -gt 4 ]
	[ "$(samples '.*' '(spin_here|put_program)')" -eq 0 ]
}

@test "code of no file, of memory, and of a file whose headers lie has no names, and others keep theirs" {
	for work in headers huge jit; do
		begin hostile "$work" "$dir/$work"
		attach
		[ "$(samples "$work" '\[unknown\]')" -gt 2 ]
		[ "$(samples "$work" '.*')" -eq "$(samples "$work" '\[unknown\]')" ]
		[ "$(samples hostile spin_here)" -gt 2 ]
		kill -9 "$pid"
		rm -f "$dir/$work"
	done
}

@test "a file that is cut while it is mapped, 60,000 mappings: zcprof ends well, and in time" {
	for work in shrink many; do
		begin hostile "$work" "$dir/$work"
		attach
		[ "$(samples hostile spin_here)" -gt 2 ]
		! grep 'absent,profile,' "$dir/r.csv" || false
		kill -9 "$pid"
	done
}

@test "a name that would be taken for more than a name is one field of one line" {
	begin hostile words "$dir/words"
	attach
	[ "$(samples words '\?\[31mred\?task\?key\?.*')" -gt 2 ]
	! LC_ALL=C grep -q $'\x1b' "$dir/r.csv" || false
	run -0 --separate-stderr zcroi check "$dir/r.csv"
}

@test "memory that never comes and a command line that never comes: a reason, and no hang" {
	begin hostile held
	patience=20 attach
	grep -q '^,host,collector,absent,profile/functions,.*took too long' "$dir/r.csv"
	grep -q '^,rx,fact,attached,,(no command line),' "$dir/r.csv"
	run -0 zcroi check "$dir/r.csv"
}

# All that a process has started, and what these have.
below() { # PID
	local child
	for child in $(pgrep -P "$1"); do
		echo "$child"
		below "$child"
	done
}

# 80 million symbols take it so long that it is there to be looked at; a slow machine longer than it has.
@test "whoever reads a file of the process has nothing: no user, no capability, no other file; and is gone after" {
	begin hostile symbols "$dir/symbols"
	patience=60 seconds=0.3 attach 2>/dev/null 3>&- &
	attaching=$!
	sealed=
	for _ in $(seq 800); do
		for child in $(below "$attaching"); do
			grep -qs '^Seccomp:[[:space:]]*2' "/proc/$child/status" && sealed=$child && break 2
		done
		sleep 0.05
	done
	[ -n "$sealed" ]
	cp "/proc/$sealed/status" "$dir/status"
	ls -l "/proc/$sealed/fd" >"$dir/fds"
	grep -q '^CapPrm:[[:space:]]*0*$' "$dir/status"
	grep -q '^NoNewPrivs:[[:space:]]*1' "$dir/status"
	grep -q '^Uid:[[:space:]]*65534[[:space:]]*65534[[:space:]]*65534[[:space:]]*65534' "$dir/status"
	! grep -E 'bpf|perf|r\.csv|netlink|/proc' "$dir/fds" || false
	wait "$attaching"
	run -0 zcroi check "$dir/r.csv"
	[ ! -e "/proc/$sealed" ]
}
