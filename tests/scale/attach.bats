#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcprof attach to very much, and very often. FLOWS, THREADS and ATTACHES say how much; what was
# measured is printed beside the results.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

FLOWS=${FLOWS:-10000}
THREADS=${THREADS:-1000}
ATTACHES=${ATTACHES:-1000}
CALLS=20
BYTES=100
# Of zcprof itself; what it keeps per connection is some 2 KB, with both ends twice that.
MEMORY_MOST_MB=100

setup() {
	as_root
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	started=()
}

teardown() {
	exec 9>&-
	for pid in "${started[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
	done
}

say() {
	echo "# $*" >&3
}

many() {
	mkfifo "$dir/go"
	"$BUILD/tests/tool/many" "$FLOWS" "$THREADS" "$CALLS" "$BYTES" <"$dir/go" >"$dir/many.out" \
		2>"$dir/many.said" 3>&- &
	many=$!
	started+=("$many")
	exec 9>"$dir/go"
	wait_until 30 grep -q ready "$dir/many.out" || { cat "$dir/many.said"; false; }
	other=$(awk '/ready/ { print $2 }' "$dir/many.out")
}

# attach ARGUMENT...: in the background, until its window is open
attach() {
	zcprof attach --tx-pid "$many" --rx-pid "$other" --warmup 0 -o "$dir/run.csv" "$@" \
		2>"$dir/said" 3>&- &
	attached=$!
	started+=("$attached")
	wait_until 60 grep -q '^[0-9]' "$dir/run.csv.part"
}

work() {
	echo >&9
	wait_until 30 grep -q done "$dir/many.out"
}

say_memory() {
	local kept
	kept=$(($(value "$dir/run.csv" host selfcost memory) >> 20))
	say "$FLOWS connections with both ends, $THREADS threads: VmHWM $kept MiB," \
		"zcprof's CPU $(($(value "$dir/run.csv" host selfcost cpu) / 1000000)) ms of" \
		"$(($(value "$dir/run.csv" tx path window_ns) / 1000000)) ms, opened in $opened s"
	[ "$kept" -le "$MEMORY_MOST_MB" ]
}

# What each source says of what it could not count: all of them say it.
losses_are_said() {
	awk -F, '$1 == "" && $4 ~ /^(lost|full)$/ {
			sources[$3] = 1
			if ($6 > 0) print "# " $2 " " $3 " " $4 " " $5 ": " $6
		}
		END {
			for (s in sources) n++
			exit n < 8
		}' "$dir/run.csv" >&3
}

@test "many connections and threads: every call and every byte, losses said, memory bounded" {
	many
	begun=$SECONDS
	attach --exact --seconds 20
	opened=$((SECONDS - begun))
	work
	wait "$attached" || { cat "$dir/said"; false; }
	[ "$(value "$dir/run.csv" tx syscalls calls getppid)" -eq $((THREADS * CALLS)) ]
	[ "$(value "$dir/run.csv" tx syscalls calls sendto)" -eq "$FLOWS" ]
	[ "$(value "$dir/run.csv" rx syscalls calls recvfrom)" -eq "$FLOWS" ]
	for end in rx tx; do
		[ "$(value "$dir/run.csv" $end path bytes)" -eq $((FLOWS * BYTES)) ]
	done
	# What was sent is counted only where the kernel's functions can be hooked.
	if grep -q '^,tx,copy,from_user,' "$dir/run.csv"; then
		[ "$(value "$dir/run.csv" tx copy from_user task)" -eq $((FLOWS * BYTES)) ]
	fi
	[ "$(value "$dir/run.csv" rx copy to_user task)" -eq $((FLOWS * BYTES)) ]
	[ "$(awk -F, '$1 == "" && $2 == "tx" && $4 == "rtt"' "$dir/run.csv" | wc -l)" -eq "$FLOWS" ]
	[ "$(sum "$dir/run.csv" tx syscalls lost)" -eq 0 ]
	losses_are_said
	say_memory
	zcroi check "$dir/run.csv"
	zcroi table "$dir/run.csv" >"$dir/table"
	zcroi show syscalls "$dir/run.csv" | grep -q getppid
}

@test "they all end in the window: their bytes are whole, or it is said that they are not" {
	many
	begun=$SECONDS
	attach --seconds 60 --collect cpu,syscalls,selfcost --interval 1
	opened=$((SECONDS - begun))
	work
	echo >&9
	status=0
	wait "$attached" || status=$?
	cat "$dir/said"
	[ "$status" -eq 1 ]
	grep -q "ended after" "$dir/said"
	bytes=$(value "$dir/run.csv" tx path bytes)
	if grep -q 'ended without their last figures: its bytes may be too few' "$dir/said"; then
		say "bytes $bytes of $((FLOWS * BYTES)), as it warned"
		[ "$bytes" -le $((FLOWS * BYTES)) ]
	else
		# tcp_info counts the end of a stream as a byte (tcp_snd_una_update() of net/ipv4/tcp_input.c).
		between $((FLOWS * BYTES)) "$bytes" $((FLOWS * BYTES + FLOWS))
	fi
	[ "$(value "$dir/run.csv" tx syscalls calls getppid)" -eq $((THREADS * CALLS)) ]
	say_memory
}

# What zcprof could leave behind; what other processes of the machine hold is theirs.
left() {
	{ bpftool prog list -j && bpftool map list -j && bpftool link list -j && bpftool btf list -j; } |
		python3 -c '
import json, sys
for kind, line in zip(("program", "map", "link", "btf"), sys.stdin):
    for one in json.loads(line):
        if not [p for p in one.get("pids", []) if p["comm"] != "zcprof"]:
            print(kind, one["id"])'
	find /proc/[0-9]*/ns/net -printf '%l\n' 2>/dev/null | sort -u
	ip netns list
	ip -o link | cut -d : -f 2
	find /run/zcprof -type f 2>/dev/null
}

nothing_new() {
	left | sort -u | comm -13 "$dir/before" - >"$dir/new"
	[ ! -s "$dir/new" ]
}

@test "attached and detached, again and again: no program, map, link or namespace is left" {
	command -v bpftool >/dev/null || skip "bpftool is not installed"
	sleep 10000 3>&- &
	one=$!
	started+=("$one")
	left | sort -u >"$dir/before"
	begun=$SECONDS
	for i in $(seq "$ATTACHES"); do
		zcprof attach --pid "$one" --as tx --warmup 0 --seconds 0.02 -o "$dir/run.csv" 2>"$dir/said" || {
			echo "time $i"
			cat "$dir/said"
			false
		}
	done
	say "$ATTACHES times in $((SECONDS - begun)) s, all collectors; $(wc -l <"$dir/before") things before"
	wait_until 30 nothing_new || { cat "$dir/new"; false; }
	# Nor where it was killed in mid-window.
	for i in $(seq 10); do
		timeout -s KILL 0.7 zcprof attach --pid "$one" --as tx --warmup 0 -o "$dir/run.csv" 2>/dev/null || :
	done
	wait_until 30 nothing_new || { cat "$dir/new"; false; }
	kill -0 "$one"
}
