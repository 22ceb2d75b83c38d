#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hundreds of flows: as many connections as were asked for, each with its bytes; and what a machine cannot give them is
# said before the first of them. Thousands are for tests/scale.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
}

teardown() {
	zcpath_teardown
}

refused() { # PATTERN COMMAND…: one sentence, exit code 3, at once
	local pattern=$1
	shift
	run --separate-stderr "$@"
	echo "$status: $stderr"
	[ "$status" = 3 ] && [[ "$stderr" =~ $pattern ]] && [ "$(wc -l <<<"$stderr")" = 1 ] || false
}

with_files() { # NUMBER COMMAND…
	(ulimit -n "$1" && shift && exec "$@")
}

@test "300 flows of each pattern: so many connections, and every byte in its place" {
	for pattern in one-to-one incast outcast all-to-all; do
		rx --path copy --pattern $pattern --cpu 0
		tx --path copy --pattern $pattern --cpu 0 --flows 300 --bytes 30M --msg 64K --verify &
		rx_ends
		wait $!
		[ "$rx_code" = 0 ]
		[ "$(value rx bytes_life)" = $((30 << 20)) ]
		[ "$(value rx bad_bytes)" = 0 ]
		[ "$(grep -c '^,rx,path,flow_bytes,' rx.csv)" = 300 ]
		# By --bytes each has its share, to the byte.
		[ "$(awk -F, '$4 == "flow_bytes" { print $6 }' rx.csv | sort -u)" = "$(echo -e "104857\n104858")" ]
	done
}

@test "as many threads and connections as flows, by other tools, at both ends" {
	rx --path uring --buffers 8 --read 4K
	exec 8> >(exec "$BUILD/zcpath" tx --to 127.0.0.1 --port "$port" --path uring --flows 250 --gate >tx.csv 2>tx.err 3>&-)
	wait_for ',state,,ready,' tx.csv
	[ "$(ss -Htn state established "dport = :$((port + 1))" | wc -l)" = 250 ]
	for pid in $(pgrep -f "zcpath [rt]x .*--port $port( |$)"); do
		[ "$(cat "/proc/$pid/comm")" = zcpath ] || continue
		[ "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)" = 251 ]
	done
	exec 8>&-
	rx_ends
}

@test "open files: what the limit lacks is said by the sender, and by the receiver of so many" {
	refused "tx copy with 200 flows takes 216 open files, and 100 are left here: raise .*ulimit -n.*or take fewer flows" \
		with_files 100 "$BUILD/zcpath" tx --to 127.0.0.1 --flows 200 --check
	refused "rx copy with 50 flows takes 116 open files" with_files 100 "$BUILD/zcpath" rx --check=50
	with_files 100 "$BUILD/zcpath" rx --check=40
	with_files 100 "$BUILD/zcpath" rx --check=80 --blocking
	refused "tx uring with 50 flows takes 116 open files" \
		with_files 100 "$BUILD/zcpath" tx --to 127.0.0.1 --flows 50 --path uring --check
	run "$BUILD/zcpath" rx --check=0
	[ "$status" = 2 ]
	run "$BUILD/zcpath" tx --to 127.0.0.1 --check=5
	[ "$status" = 2 ]
}

@test "a receiver that hears of more flows than it can have tells its sender, before a flow is there" {
	in_rx="prlimit --nofile=60:60"
	rx
	code=0
	tx --flows 30 --seconds 1 || code=$?
	rx_ends
	[ "$rx_code" = 3 ] && [ "$code" = 1 ] || false
	grep -q "zcpath rx: rx copy with 30 flows takes 76 open files, and 60 are left here" rx.err
	grep -q "the peer gave up: rx copy with 30 flows" tx.err
}

@test "ports: a sender has one for each flow" {
	[ "$(id -u)" = 0 ] || skip "a network namespace takes root"
	narrow() {
		unshare -n sh -c 'sysctl -qw net.ipv4.ip_local_port_range="40000 40099" && exec "$@"' sh "$@"
	}
	refused "tx copy with 101 flows takes 101 ports of its own, and 100 are left here: widen sysctl net.ipv4.ip_local_port_range" \
		narrow "$BUILD/zcpath" tx --to 127.0.0.1 --flows 101 --check
	narrow "$BUILD/zcpath" tx --to 127.0.0.1 --flows 100 --check
}

@test "zcprof run: what cannot have so many flows is left out with that sentence, and the others run" {
	cat >zcpath <<-END
		#!/bin/sh
		exec prlimit --nofile=80:80 "$BUILD/zcpath" "\$@"
	END
	chmod +x zcpath
	"$BUILD/zcprof" run --zcpath "$PWD/zcpath" --port "$port" --collect cpu --flows 20,40 --warmup 0 --seconds 0.3 \
		--repeat 1 -o out 2>said
	cat said
	grep -q "flows=40.* is left out: rx copy with 40 flows takes 96 open files, and 80 are left here" said
	[ "$(grep -c '^,rx,path,flow_bytes,' out/*flows=20*/run-1.csv)" = 20 ]
}
