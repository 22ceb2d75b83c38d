#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Clients of --openmetrics :PORT that do not do what clients do: each has five seconds, and none keeps
# zcprof from ending, or another from being answered.

setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	dir=$BATS_TEST_TMPDIR
	"$BUILD/zcprof" attach --iface lo --as rx --warmup 0 --interval 0.2 --collect cpu --openmetrics :0 2>"$dir/said" 3>&- &
	attached=$!
	for _ in $(seq 100); do
		port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/metrics.*|\1|p' "$dir/said")
		[ -n "$port" ] && break
		sleep 0.1
	done
	[ -n "$port" ]
	sleep 0.5
}

teardown() {
	[ -z "${attached-}" ] || kill -9 "$attached" 2>/dev/null || :
}

# SECONDS that zcprof may take to end.
ends_within() {
	kill -TERM "$attached"
	for _ in $(seq "$((10 * $1))"); do
		kill -0 "$attached" 2>/dev/null || break
		sleep 0.1
	done
	! kill -0 "$attached" 2>/dev/null || false
	wait "$attached"
	attached=
}

@test "one byte each 1.2 s: ended after five seconds, and SIGTERM ends zcprof at once" {
	python3 - "$port" <<-'END'
		import socket, sys, time
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		s.settimeout(0.01)
		begin = time.monotonic()
		for byte in b"GET /metrics HTTP/1.1\r\n":
		    try:
		        s.send(bytes([byte]))
		        time.sleep(1.2)
		        if s.recv(100) == b"": break
		    except TimeoutError: pass
		    except (BrokenPipeError, ConnectionResetError): break
		took = time.monotonic() - begin
		assert 4.5 < took < 9, took
	END
	python3 -c '
import socket, sys, time
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True: s.send(b"G"); time.sleep(.3)' "$port" 2>/dev/null 3>&- &
	sleep 0.5
	ends_within 3
}

@test "a hundred slow clients: another is answered, and SIGTERM ends zcprof at once" {
	python3 - "$port" 3>&- <<-'END' &
		import socket, sys, time
		all = []
		for i in range(100):
		    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=1)
		    s.send(b"GET /metrics HTTP/1.1\r\n")
		    all.append(s)
		time.sleep(20)
	END
	slow=$!
	sleep 1
	python3 -c '
import sys, urllib.request
assert urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics", timeout=15).read().endswith(b"# EOF\n")' "$port"
	kill "$slow"
	ends_within 3
}

@test "600 clients that say nothing: another is answered at once, for the oldest make room" {
	python3 - "$port" 3>&- <<-'END' &
		import socket, sys, time
		all = []
		for i in range(600):
		    s = socket.socket()
		    s.setblocking(False)
		    s.connect_ex(("127.0.0.1", int(sys.argv[1])))
		    all.append(s)
		time.sleep(20)
	END
	slow=$!
	sleep 1
	python3 -c '
import sys, urllib.request
assert urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics", timeout=5).read().endswith(b"# EOF\n")' "$port"
	kill "$slow"
	ends_within 3
}

@test "who asks and does not read, asks endlessly, or asks for what is none" {
	python3 - "$port" <<-'END'
		import socket, sys
		def ask(text, read=True):
		    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
		    try:
		        s.sendall(text)
		        return s.recv(4096) if read else s
		    except (BrokenPipeError, ConnectionResetError):
		        return b""
		kept = [ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", False) for _ in range(10)]
		assert b" 431 " in ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"y" * 100000)
		assert b" 404 " in ask(b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n")
		assert b" 404 " in ask(b"GET /metricsx HTTP/1.1\r\nHost: x\r\n\r\n")
		assert b" 405 " in ask(b"DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
		assert b" 405 " in ask(b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
		kept.append(ask(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), False))
		kept.append(ask(bytes(20000), False))
		assert b" 200 " in ask(b"GET /metrics?x=1 HTTP/1.0\r\n\r\n")
		assert b" 200 " in ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
	END
	ends_within 3
}
