#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is taken from a program's own report, and what is not taken for want of one.

load zcprof_run

setup() {
	port=$(free_port)
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	ln -s "$PWD/tests/fixtures/iperf3-fake" "$dir/iperf3"
	export FAKE_WORDS=$dir/words
}

teardown() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
}

attach() {
	run zcprof attach --collect cpu -o "$dir/run.csv" "$@"
	echo "$output"
}

# is_said END: 1 Gbit/s at this end, and no throughput elsewhere
is_said() {
	rate=$(awk -F, -v end="$1" '
		$1 == "" && $4 == "bytes" && $3 == "path" { if ($2 != end) exit 1; bytes = $6 }
		$1 == "" && $4 == "window_ns" { ns = $6 }
		END { print bytes * 8 / ns }' "$dir/run.csv")
	# What came before the first of its words, on a busy machine, is less.
	between 0.75 "$rate" 1.1
}

@test "which way it went is what its words mean to it" {
	FAKE=plain attach -- "$dir/iperf3" -c x -T -R
	is_said tx
	FAKE=reverse attach -- "$dir/iperf3" -c x -JR
	is_said rx
	FAKE=reverse attach -- "$dir/iperf3" -c x --reve
	is_said rx
	# What it said as it went on is not counted once more at the end.
	FAKE=stream-full attach -- "$dir/iperf3" -c x --json-stream --json-stream-full-output
	is_said tx
}

@test "a report of the other direction than its words is no figure, and what helps is said" {
	FAKE=reverse attach -- "$dir/iperf3" -c x
	[[ "$output" == *"it says that it was the receiver, and it was taken for the sender: give --as rx"* ]]
	! grep '^,[a-z]*,path,bytes,' "$dir/run.csv" || false
	grep -q '^,tx,collector,absent,throughput,.*give --as rx' "$dir/run.csv"
	zcroi check "$dir/run.csv"
	zcroi table "$dir/run.csv"
	FAKE=reverse attach --as rx -- "$dir/iperf3" -c x
	is_said rx
}

@test "words are added to iperf3's own, and to nobody else's" {
	attach -- env A=b timeout 9 "$dir/iperf3" -c x
	grep -qx -- '-c x -J' "$dir/words"
	printf '#!/bin/sh\necho "$@" >"$FAKE_WORDS"\nsleep 1\n' >"$dir/compare.sh"
	chmod +x "$dir/compare.sh"
	for adapter in "" "--adapter iperf3"; do
		attach $adapter -- "$dir/compare.sh" iperf3 netperf
		grep -qx 'iperf3 netperf' "$dir/words"
	done
}

@test "what moved by UDP, with a control connection of TCP, has no throughput by that" {
	command -v iperf3 >/dev/null || skip "iperf3 is not installed"
	iperf3 -s -1 -p "$port" >/dev/null 3>&- &
	server=$!
	wait_until 5 grep -q ":$(printf %X "$port") .* 0A " /proc/net/tcp /proc/net/tcp6
	attach -- iperf3 -c 127.0.0.1 -p "$port" -u -b 100M -t 2 --logfile "$dir/log"
	[[ "$output" != *"Gbit/s"* ]]
	[[ "$output" == *"it has UDP sockets, whose bytes nobody counts"* ]]
	! grep '^,[a-z]*,path,bytes,' "$dir/run.csv" || false
	grep -q '^,tx,collector,absent,throughput,.*UDP sockets' "$dir/run.csv"
	zcroi check "$dir/run.csv"
	zcroi table "$dir/run.csv"
}

# talk PROTOCOL: a process with a control connection of TCP, that moves all else another way; own: by UDP, in a thread
# whose table of files no other has
talk() {
	exec python3 -c '
import ctypes, socket, sys, threading, time
listener = socket.create_server(("127.0.0.1", 0))
control = socket.create_connection(listener.getsockname())
peer = listener.accept()[0]
def talk(kind):
    if kind == "own":
        ctypes.CDLL(None).unshare(0x400) # CLONE_FILES
    if kind == "unix":
        a, b = socket.socketpair()
    elif kind == "tcp":
        a, b = control, peer
    else:
        a, b = (socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) for i in range(2))
        b.bind(("::1", 0))
        a.connect(b.getsockname())
    end = time.time() + 2.5
    while time.time() < end:
        a.send(b"x" * 1400)
        b.recv(1400)
    a.close()
    b.close()
talker = threading.Thread(target=talk, args=sys.argv[1:])
talker.start()
talker.join()
[s.close() for s in (listener, control, peer)]' "$1"
}

@test "the same of QUIC's sockets and unix streams; TCP alone is counted" {
	for kind in udp own unix tcp; do
		talk $kind 3>&- &
		server=$!
		wait_until 5 grep -q python "/proc/$server/comm"
		attach --pid "$server" --as tx --seconds 1
		if [ $kind = tcp ]; then
			[ "$(value "$dir/run.csv" tx path bytes)" -gt 1000000 ]
		else
			! grep '^[0-9.]*,[a-z]*,path,bytes,' "$dir/run.csv" || false
			grep -q '^,tx,collector,absent,throughput,.*sockets, whose bytes nobody counts' "$dir/run.csv"
		fi
		kill "$server" 2>/dev/null || :
		wait "$server" 2>/dev/null || :
	done
}
