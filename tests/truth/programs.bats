#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What a program, or its environment, set for itself: of sockets against what getsockopt() tells the program and ss(8) tells
# anyone.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

setup() {
	as_root
	PATH=$BUILD:$PATH
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null || :
	done
}

# program NAME PYTHON ARG…: runs until the test ends; what it prints is in NAME.says
program() {
	python3 -c "
import json, os, socket, sys, time
$2" "${@:3}" >"$1.says" 3>&- &
	eval "$1=$!"
	pids="${pids-} $!"
	wait_until 5 test -s "$1.says"
}

# A program knows what it has; the kernel's own numbers for what Python does not name.
has='
def has(s):
    tcp, sock = socket.IPPROTO_TCP, socket.SOL_SOCKET
    return {"send buffer": s.getsockopt(sock, socket.SO_SNDBUF), "receive buffer": s.getsockopt(sock, socket.SO_RCVBUF),
            "low watermark": s.getsockopt(sock, socket.SO_RCVLOWAT), "priority": s.getsockopt(sock, 12),
            "unsent limit": s.getsockopt(tcp, 25), "no delay": s.getsockopt(tcp, socket.TCP_NODELAY),
            "cork": s.getsockopt(tcp, socket.TCP_CORK), "tos": s.getsockopt(socket.IPPROTO_IP, socket.IP_TOS),
            "congestion control": s.getsockopt(tcp, 13, 16).split(b"\0")[0].decode()}
'

server="$has"'
l = socket.create_server(("127.0.0.1", 0))
if "set" in sys.argv: l.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 40000)
print(l.getsockname()[1], flush=True)
c = l.accept()[0]
if "set" in sys.argv: c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 100)
idle = l.accept()[0]
json.dump(has(c), open("server.has", "w"))
while c.recv(1 << 16): pass'

client="$has"'
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
idle = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
if "set" in sys.argv:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 50000)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    s.setsockopt(socket.IPPROTO_TCP, 25, 16384)
    s.setsockopt(socket.IPPROTO_TCP, 13, b"reno")
    s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 0x10)
    s.setsockopt(socket.SOL_SOCKET, 12, 3)
    s.setsockopt(socket.SOL_SOCKET, 47, 12000000)
json.dump(has(s), open("client.has", "w"))
print(s.getsockname()[1], flush=True)
while True:
    s.sendall(b"x" * 20000)
    time.sleep(0.002)'

# told END KEY: what the record says
told() {
	value run.csv "$1" fact socket "tcp $2"
}

# knows PROGRAM KEY: what the program says
knows() {
	python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1.has" "$2"
}

pair() {
	program server "$server" "$@"
	program client "$client" "$(cat server.says)" "$@"
	zcprof attach --rx-pid "$server" --tx-pid "$client" --seconds 0.3 --warmup 0.2 --collect tcp -o run.csv
}

@test "TCP: buffers and all else that was set, each as the program and ss have it" {
	pair set
	for key in 'send buffer' 'unsent limit' tos priority 'congestion control'; do
		[ "$(told tx "$key")" = "$(knows client "$key")" ]
	done
	[ "$(told tx 'no delay')" = yes ]
	[ "$(told tx cork)" = yes ]
	[ "$(told tx 'pacing limit')" = 12000000 ]
	[ "$(told tx 'receive buffer')" = 'not set' ]
	[ "$(told tx 'low watermark')" = 1 ]
	[ "$(told rx 'receive buffer')" = "$(knows server 'receive buffer')" ]
	[ "$(told rx 'low watermark')" = 100 ]
	[ "$(told rx 'send buffer')" = 'not set' ]
	[ "$(told rx 'no delay')" = no ]
	[ "$(told rx 'pacing limit')" = 'not set' ]
	# The same by others.
	tx=$(ss -tmiH "sport = :$(cat client.says)")
	rx=$(ss -tmiH "dport = :$(cat client.says)")
	[[ "$tx" == *",tb$(told tx 'send buffer'),"* ]]
	[[ "$rx" == *",rb$(told rx 'receive buffer'),"* ]]
	[[ "$tx" == *" $(told tx 'congestion control') "* ]]
	# Its size is there of every flow, whoever set it.
	[[ "$tx" == *",tb$(value run.csv tx tcp send_buffer 0),"* ]]
	[[ "$rx" == *",rb$(value run.csv rx tcp receive_buffer 0),"* ]]
}

@test "TCP: nothing is said to be set where nothing was, whatever sizes the kernel came to" {
	pair
	for end in rx tx; do
		for key in 'send buffer' 'receive buffer' 'unsent limit' 'pacing limit'; do
			[ "$(told $end "$key")" = 'not set' ]
		done
		[ "$(told $end 'congestion control')" = "$(sysctl -n net.ipv4.tcp_congestion_control)" ]
	done
	[ "$(value run.csv tx tcp send_buffer 0)" -gt 4096 ]
}

@test "sockets that differ: each value once; those that carry next to nothing are not asked" {
	program many "$has"'
l = socket.create_server(("127.0.0.1", 0), backlog=64)
pairs = []
for size in (20000, 30000, 0, 20000, 0):
    s = socket.create_connection(l.getsockname())
    if size: s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
    pairs.append((s, l.accept()[0]))
idle = socket.create_connection(l.getsockname())
idle.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 70000)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 9000)
u.bind(("127.0.0.1", 0))
print(u.getsockname()[1], flush=True)
while True:
    for s, c in pairs:
        s.sendall(b"x" * 5000)
        c.recv(10000)
    time.sleep(0.001)'
	zcprof attach --pid "$many" --as tx --seconds 0.2 --warmup 0.2 --collect tcp -o run.csv
	grep -qxF ',tx,fact,socket,tcp send buffer,"40000, 60000, not set",' run.csv
	# Of UDP nothing is tuned: what it has is what counts.
	[ "$(value run.csv tx fact socket 'udp receive buffer')" = 18000 ]
	[[ "$(ss -uamH "sport = :$(cat many.says)")" == *",rb18000,"* ]]
}

@test "what its environment tells libraries, and none of its secrets" {
	export MALLOC_ARENA_MAX=1 GOGC=50 PASSWORD=hush
	pair
	[ "$(value run.csv tx fact process environment)" = "GOGC=50 MALLOC_ARENA_MAX=1" ]
	run ! grep -q hush run.csv
	unset MALLOC_ARENA_MAX GOGC
	zcprof attach --pid "$client" --as rx --seconds 0.1 --warmup 0 --collect cpu -o other.csv
	[ "$(value other.csv rx fact process environment)" = "GOGC=50 MALLOC_ARENA_MAX=1" ]
}
