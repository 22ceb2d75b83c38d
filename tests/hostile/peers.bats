#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Whoever connects to zcpath, or whatever zcpath connects to: a listening receiver outlives every
# stranger, a run outlives those on its data port, and whoever was the peer is told right.

bats_require_minimum_version 1.5.0
load ../host/zcpath

HELLO="zcpath hello $USUAL"
BEGIN=(say "$HELLO" read key flow 0 read)

setup_file() {
	cc -O1 -D_GNU_SOURCE -o "$BATS_FILE_TMPDIR/peer" "$BATS_TEST_DIRNAME/../tool/peer.c"
}

setup() {
	zcpath_setup
	peer=$BATS_FILE_TMPDIR/peer
	peers=
}

teardown() {
	zcpath_teardown
	for pid in $peers; do
		kill "$pid" 2>/dev/null || true # timeout(1) hands it on
	done
}

# stranger OP…: one that stays there
stranger() {
	timeout 60 "$peer" connect "$port" "$@" >>peer.out 2>&1 3>&- &
	peers="$peers $!"
}

# goes_on LEAST PATTERN…: the receiver still takes a run; it counted so many strangers and said all this
goes_on() {
	local least=$1
	shift
	tx --bytes 1M --verify || {
		cat tx.err rx.err
		return 1
	}
	rx_ends
	cat rx.err
	[ "$rx_code" = 0 ]
	[ "$(value rx bytes_life)" = 1048576 ]
	[ "$(value rx strangers)" -ge "$least" ]
	for pattern; do
		grep -q -- "$pattern" rx.err
	done
	# Whatever they said, none of it reaches a terminal as it came.
	! grep -q '[^[:print:][:space:]]' rx.err || false
}

# ended SECONDS PATTERN: the receiver ends within this time, with code 1 and these words at its end
ended() {
	local begun=$SECONDS

	rx_ends
	cat rx.err
	[ "$rx_code" = 1 ]
	[ $((SECONDS - begun)) -le "$1" ]
	[[ "$(tail -n 1 rx.err)" == *$2* ]]
	! grep -q '[^[:print:][:space:]]' rx.err || false
}

@test "a stray connect, a scan, a browser, a half line, a reset: a listening receiver goes on" {
	rx
	"$peer" connect "$port"
	"$peer" connect "$port" reset
	"$peer" connect "$port" half
	"$peer" connect "$port" raw "zcpath hel"
	"$peer" connect "$port" say "GET / HTTP/1.1" read >browser.out
	"$peer" connect "$port" say "zcpath dance" read
	"$peer" connect "$port" say "zcpath start" read
	goes_on 7 "warning: dropped a connection from 127.0.0.1 to port $port: it ended without a word" \
		"connections to port $port were none of this run's"
	grep -q "zcpath fail reason=is no zcpath: it said a line that is no zcpath's" browser.out
}

@test "bytes that mean harm: NUL, escapes, 10,000 random ones, huge and negative numbers" {
	rx
	"$peer" connect "$port" raw 'zcpath \0\0\0\n'
	"$peer" connect "$port" raw 'zcpath fail reason=\e]0;owned\e[2J\n'
	"$peer" connect "$port" raw '\e[31mzcpath hello\n' read
	"$peer" connect "$port" random 10000 || true
	"$peer" connect "$port" say "${HELLO/flows=1/flows=16385}" read
	"$peer" connect "$port" say "${HELLO/flows=1/flows=-1}" read
	"$peer" connect "$port" say "${HELLO/msg=1024/msg=0}" read
	"$peer" connect "$port" say "${HELLO/msg=1024/msg=18446744073709551617}" read
	"$peer" connect "$port" say "${HELLO/limit=0/limit=99999999999999999999999999}" read
	"$peer" connect "$port" say "${HELLO/path=copy/path=../../etc/passwd}" read
	"$peer" connect "$port" say "$HELLO $(printf 'x%.0s' {1..600})" || true
	goes_on 11
}

@test "a sender of another version is told, and one of this version is taken" {
	rx
	"$peer" connect "$port" say "zcpath hello version=$((CONTROL_VERSION + 1)) colours=12" read >seven.out
	grep -q "zcpath fail reason=speaks version $((CONTROL_VERSION + 1)) of the control protocol and this zcpath version [0-9]*" seven.out
	goes_on 1 "it speaks version $((CONTROL_VERSION + 1)) .* install the same zcprof at both ends"
}

@test "300 silent strangers on each port, slow ones among them: the run is not held up" {
	rx
	stranger crowd 300 silents 300 hold
	stranger drip "zcpath hello version=$CONTROL_VERSION flows=1"
	stranger drip "$HELLO"
	sleep 1
	begun=$SECONDS
	goes_on 100
	[ $((SECONDS - begun)) -le 8 ]
}

@test "strangers that come while the run goes on change nothing" {
	rx
	(
		wait_for ',open,' rx.csv >&2
		exec "$peer" connect "$port" hold
	) >late.out 2>&1 3>&- &
	peers="$peers $!"
	tx --seconds 2 --warmup 0
	rx_ends
	[ "$rx_code" = 0 ]
	grep -q refused late.out
}

@test "descriptors run out: strangers go first" {
	in_rx="prlimit --nofile=40:40"
	rx
	stranger crowd 60 silents 60 hold
	sleep 0.5
	goes_on 50
}

# aside NAME COMMAND…: at the same time as the others, with ports and files of its own
aside() {
	port=$((port + 2))
	(
		mkdir "$1" && cd "$1" && shift && "$@"
	) &
	asides="$asides $!"
}

all_well() {
	for job in $asides; do
		wait "$job"
	done
}

silent() { # PATTERN OP…
	local pattern=$1

	shift
	rx
	stranger "$@"
	ended 12 "$pattern"
}

@test "a sender that is silent after ready, says half a word, drips, or never ends its flows" {
	asides=
	aside hold silent "has said nothing for 5 s" "${BEGIN[@]}" hold
	aside half silent "has said nothing for 5 s" "${BEGIN[@]}" raw "zcpath sta" hold
	aside drip silent "has said nothing for 5 s" "${BEGIN[@]}" drip "zcpath start and so on and so on and so on"
	aside flow silent "no byte has moved for 5 s" say "${HELLO/limit=0/limit=100000}" read key flow 0 read \
		say "zcpath open" read say "zcpath start" send 65536 \
		say "zcpath total bytes=65536 bad=0 bad_flow=0 bad_at=0" hold
	all_well
}

@test "a sender that waits for its gate is waited for" {
	rx
	(
		sleep 6
		echo open
		sleep 1
	) | tx --gate --bytes 1M
	rx_ends
	[ "$rx_code" = 0 ]
}

@test "half a line, then the end, is said at every step" {
	rx
	stranger say "$HELLO" read key raw "zcp" half hold
	ended 3 "the sender closed the control connection before the run was over, in the middle of a line"
	rx
	stranger "${BEGIN[@]}" raw "zcpath st" half hold
	ended 3 "in the middle of a line"
}

@test "a verb said twice, out of place, or without an end" {
	rx
	stranger "${BEGIN[@]}" say "zcpath start" read say "zcpath start" hold
	ended 3 "said 'start' twice"
	rx
	stranger "${BEGIN[@]}" say "zcpath hello" hold
	ended 3 "is no zcpath that this one understands"
	rx
	stranger "${BEGIN[@]}" repeat "zcpath total bytes=1 bad=0 bad_flow=0 bad_at=0"
	ended 3 "said 'total' twice"
	rx
	stranger "${BEGIN[@]}" say "zcpath welcome ${USUAL/msg=1024/msg=1} key=00112233445566778899aabbccddeeff" hold
	ended 3 "said 'welcome' where it makes no sense"
}

@test "a receiver's clock is told to who stamps datagrams by it, some times" {
	rx
	stranger "${BEGIN[@]}" say "zcpath clock ns=0" hold
	ended 10 "the sender said 'clock' where it makes no sense"
	# A sender asks eighteen times, and no more than twice as often is it told.
	rx
	stamped=${HELLO/stamp=0/stamp=2}
	stranger say "${stamped/udp=0/udp=64}" read key flow 0 read repeat "zcpath clock ns=18446744073709551615"
	ended 10 "the sender said 'clock' where it makes no sense"
}

@test "a sender that sends more than it said" {
	rx
	stranger say "${HELLO/limit=0/limit=100000}" read key flow 0 read say "zcpath open" read say "zcpath start" pour
	ended 5 "sends more than the 100000 bytes that it said"
}

@test "more memory than there is: refused before it is taken, at both ends and before anyone comes" {
	run --separate-stderr "$BUILD/zcpath" rx --path copy --read 64M --check
	[ "$status" = 0 ]
	rx --path copy --read 64M
	stranger say "${HELLO/flows=1/flows=1024}" read hold
	rx_ends
	cat rx.err
	[ "$rx_code" = 3 ]
	grep -q "rx copy with 1024 flows takes 64.0 GiB of memory, and of the .* GiB that are available" rx.err
	grep -q "zcpath fail reason=rx copy with 1024 flows takes 64.0 GiB" peer.out
	if "$BUILD/zcpath" paths | grep -q '^rx *uring *yes'; then
		run --separate-stderr "$BUILD/zcpath" rx --path uring --read 64M --buffers 32768 --check
		[ "$status" = 3 ]
		[[ "$stderr" == *"rx uring with 1 flows takes 2048.0 GiB of memory"* ]]
	fi
}

@test "what the receiver takes is said before it is taken, and an interrupt ends it within a second" {
	"$BUILD/zcpath" paths | grep -q '^rx *uring *yes' || skip "this machine cannot run rx uring"
	rx --path uring --read 32M --buffers 64
	tx --seconds 30 &
	wait_for 'path,memory,' rx.csv
	[ "$(value rx memory)" = $((2 << 30)) ]
	sleep 0.2
	begun=$(date +%s%N)
	kill -TERM "$(pgrep -P "$rx_pid" -x zcpath)"
	rx_ends
	took=$((($(date +%s%N) - begun) / 1000000))
	echo "$took ms"
	[ "$took" -lt 2500 ]
	wait
}

# tx_says PATTERN OP…: a sender against a receiver that does OP…
tx_says() {
	local pattern=$1 code=0 begun=$SECONDS
	shift
	timeout 60 "$peer" listen "$port" "$@" >peer.out 2>&1 3>&- &
	peers="$peers $!"
	for _ in $(seq 100); do
		[ -n "$(ss -Htln "sport = :$((port + 1))")" ] && break
		sleep 0.05
	done
	tx --seconds 30 --warmup 0 || code=$?
	cat tx.err
	[ "$code" = 1 ]
	[ $((SECONDS - begun)) -le 8 ]
	[[ "$(tail -n 1 tx.err)" == *$pattern* ]]
	! grep -q '[^[:print:][:space:]]' tx.err || false
	port=$((port + 2))
}

@test "a receiver that means harm" {
	tx_says "a\?\[31mb" raw 'zcpath fail reason=a\e[31mb\n' hold
	tx_says "is no zcpath that this one understands" raw 'zcpath \0welcome\n' hold
	tx_says "is no zcpath that this one understands" repeat "HTTP/1.1 400 Bad Request"
	tx_says "said 'ready' twice" read welcome accept repeat "zcpath ready"
	tx_says "Connection reset by peer" read welcome accept say "zcpath ready" read say "zcpath started" sink 1000000 reset sleep 2000
	tx_says "in the middle of a line" read welcome accept raw "zcpath rea" half hold
}

@test "zcprof run: a receiver that was killed is told as that, though its sender is seen to end first" {
	[ "$(id -u)" = 0 ] || skip "needs root: it makes network namespaces"
	cat >dies-late <<-END
		#!/bin/bash
		[[ "\$1" = rx && "\$*" != *--check* ]] || exec "$BUILD/zcpath" "\$@"
		"$BUILD/zcpath" "\$@" &
		wait_for_it=\$!
		while ! grep -q LISTEN-AND-OPEN open 2>/dev/null; do sleep 0.05; done
		kill -KILL \$wait_for_it
		wait \$wait_for_it 2>/dev/null
		sleep 0.4
		kill -KILL \$\$
	END
	chmod +x dies-late
	(
		sleep 2
		echo LISTEN-AND-OPEN >open
	) &
	run --separate-stderr timeout 40 "$BUILD/zcprof" run --zcpath "$PWD/dies-late" --link loopback --port "$port" \
		--rx copy --tx copy --seconds 10 --warmup 0 --repeat 1 -o out
	echo "$stderr"
	[ "$status" = 1 ]
	[[ "$stderr" == *"the receiver was ended by signal 9 (Killed)"* ]]
	[[ "$stderr" != *"the sender ended"* ]]
}
