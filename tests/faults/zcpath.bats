#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Peers that lie, stall, die or are none: one clear sentence and exit 1 within 10 s, at either end.

bats_require_minimum_version 1.5.0
load ../host/zcpath

HELLO="zcpath hello $USUAL"
ZERO_KEY=00000000000000000000000000000000

setup_file() {
	cc -O1 -D_GNU_SOURCE -o "$BATS_FILE_TMPDIR/peer" "$BATS_TEST_DIRNAME/../tool/peer.c"
}

setup() {
	zcpath_setup
	peer=$BATS_FILE_TMPDIR/peer
	peer_pid=
}

teardown() {
	zcpath_teardown
	[ -z "$peer_pid" ] || kill "$peer_pid" 2>/dev/null || true
}

one_sentence() { # FILE PATTERN
	echo "said: $(cat "$1")"
	[ "$(wc -l <"$1")" = 1 ]
	[[ "$(cat "$1")" == *$2* ]]
}

# rx_meets PATTERN OP…: a receiver against a sender that does OP…
rx_meets() {
	local pattern=$1
	shift
	rx
	timeout 30 "$peer" connect "$port" "$@" >peer.out 2>&1 3>&- &
	peer_pid=$!
	deadline
	rx_ends
	met
	[ "$rx_code" = 1 ]
	one_sentence rx.err "$pattern"
	end_peer
}

# tx_meets PATTERN OP…: a sender against a receiver that does OP…
tx_meets() {
	local pattern=$1 code=0
	shift
	timeout 30 "$peer" listen "$port" "$@" >peer.out 2>&1 3>&- &
	peer_pid=$!
	for _ in $(seq 100); do
		[ -n "$(ss -Htln "sport = :$((port + 1))")" ] && break
		sleep 0.05
	done
	deadline
	tx --seconds 30 ${tx_path:+--path $tx_path} || code=$?
	met
	[ "$code" = 1 ]
	one_sentence tx.err "$pattern"
	end_peer
}

deadline() {
	begun=$SECONDS
}

met() {
	echo "took $((SECONDS - begun)) s"
	[ $((SECONDS - begun)) -le 10 ]
}

end_peer() {
	kill "$peer_pid" 2>/dev/null || true
	wait "$peer_pid" || true
	peer_pid=
}

@test "10,000 random bytes where the receiver should be" {
	tx_meets "is no zcpath that this one understands" random 10000 hold
}

@test "a receiver that is something else" {
	tx_meets "is no zcpath" say "SSH-2.0-OpenSSH" hold
	tx_meets "said 'ready', where 'welcome' is expected" read say "zcpath ready" hold
}

@test "a receiver of another version, said at both ends" {
	tx_meets "version $CONTROL_VERSION of the control protocol and the receiver version $((CONTROL_VERSION + 1))" \
		read say "zcpath welcome version=$((CONTROL_VERSION + 1))" read hold
	grep -q "zcpath fail reason=.*version $((CONTROL_VERSION + 1))" peer.out
}

@test "fields out of bounds" {
	tx_meets "out of bounds" read say "${HELLO/hello/welcome} key=12" hold
	tx_meets "echoed other options" read \
		say "zcpath welcome ${USUAL/flows=1 msg=1024/flows=2 msg=67108864} key=$ZERO_KEY" hold
}

@test "a receiver that connects and says nothing, or half a line" {
	tx_meets "did not say 'welcome' within 5 s" hold
	tx_meets "did not say 'welcome' within 5 s" read raw "zcpath welc" hold
}

@test "a peer that dies" {
	rx_meets "the sender closed the control connection" say "$HELLO" read key flow 0 read
	rx_meets "the sender closed the control connection" say "$HELLO" read key flow 0 read reset
	rx_meets "the sender closed the control connection" say "$HELLO" read key half
	rx_meets "closed the control connection" say "$HELLO" read key flow 0 read \
		say "zcpath start" read send 100000
	tx_meets "the receiver closed the control connection" read
	tx_meets "the receiver closed the control connection" read reset
	tx_meets "closed the control connection" read welcome accept say "zcpath ready" read \
		say "zcpath started" sink 100000
}

@test "a peer that gives up, in its own words" {
	rx_meets "the peer gave up: my disk is full" say "$HELLO" read say "zcpath fail reason=my disk is full"
	tx_meets "the peer gave up: my disk is full" read say "zcpath fail reason=my disk is full"
}

@test "a sender whose flow stalls" {
	rx_meets "no byte has moved for 5 s" say "$HELLO" read key flow 0 read \
		say "zcpath start" read send 100000 hold
}

@test "a receiver whose flow stalls, on every path" {
	# Those of a stream: datagrams are lost, and nobody waits for them.
	paths=$("$BUILD/zcpath" paths | awk '$1 == "tx" && $3 == "yes" && $2 != "xsk" { print $2 }')
	jobs=
	for tx_path in $paths; do
		(
			mkdir "$tx_path" && cd "$tx_path" || exit
			port=$((port + 2))
			tx_meets "no byte has moved for 5 s" read welcome accept say "zcpath ready" read \
				say "zcpath started" sink 10000000 read say "zcpath opened" hold
		) &
		jobs="$jobs $!"
		port=$((port + 2))
	done
	for job in $jobs; do
		wait "$job"
	done
}

@test "a receiver that is stopped in mid-run: both ends end" {
	rx
	tx --seconds 30 --warmup 0 &
	tx_job=$!
	wait_for ',open,' tx.csv
	stopped=$(pgrep -P "$rx_pid" -x zcpath)
	kill -STOP "$stopped"
	deadline
	code=0
	wait $tx_job || code=$?
	met
	[ "$code" = 1 ]
	one_sentence tx.err "no byte has moved for 5 s"
	kill -CONT "$stopped"
	rx_ends
	[ "$rx_code" = 1 ]
	one_sentence rx.err ""
}

@test "a sender that is killed in mid-run" {
	rx
	tx --seconds 30 --warmup 0 &
	wait_for ',open,' tx.csv
	deadline
	pkill -KILL -f "^$BUILD/zcpath tx .*--port $port"
	rx_ends
	met
	[ "$rx_code" = 1 ]
	one_sentence rx.err "closed the control connection"
	# What was measured until then is there, and is whole lines.
	awk -F, 'NF != 7 { exit 1 }' rx.csv
}

@test "strangers on the data port are dropped and counted" {
	rx
	"$peer" connect "$port" say "$HELLO" read key stranger stranger flow 0 read \
		say "zcpath start" read say "zcpath open" read send 100000 \
		say "zcpath close" read end say "zcpath total bytes=100000 bad=0 bad_flow=0 bad_at=0" read
	rx_ends
	[ "$rx_code" = 0 ]
	[ "$(value rx strangers)" = 2 ]
	[ "$(value rx bytes_life)" = 100000 ]
}

@test "strangers alone are no flow" {
	rx
	timeout 30 "$peer" connect "$port" say "$HELLO" read key stranger silent hold >peer.out 2>&1 3>&- &
	peer_pid=$!
	deadline
	rx_ends
	met
	[ "$rx_code" = 1 ]
	grep -q "warning: dropped a connection from 127.0.0.1 to port $((port + 1)): it did not show the run's key" rx.err
	grep -q "0 of 1 data flows came within 8 s" rx.err
	end_peer
}

@test "a peer that lies about the bytes" {
	rx_meets "the sender sent 99999 bytes and the receiver got 100000" \
		say "$HELLO" read key flow 0 read say "zcpath start" read say "zcpath open" read \
		send 100000 say "zcpath close" read end \
		say "zcpath total bytes=99999 bad=0 bad_flow=0 bad_at=0" read
}

@test "a port in use, a connection refused, an address that is not here" {
	rx
	run --separate-stderr timeout 10 "$BUILD/zcpath" rx --port "$port"
	[ "$status" = 1 ]
	[[ "$stderr" == *"Address already in use; give another"* ]]
	run --separate-stderr timeout 10 "$BUILD/zcpath" rx --port $((port - 1))
	[ "$status" = 1 ]
	[[ "$stderr" == *"port $port: Address already in use"* ]]
	run --separate-stderr timeout 10 "$BUILD/zcpath" tx --to 127.0.0.1 --port $((port + 5))
	[ "$status" = 1 ]
	[[ "$stderr" == *"Connection refused; start 'zcpath rx' there first"* ]]
	run --separate-stderr timeout 10 "$BUILD/zcpath" rx --bind 192.0.2.1
	[ "$status" = 1 ]
	[[ "$stderr" == *"Cannot assign requested address"* ]]
	run --separate-stderr timeout 10 "$BUILD/zcpath" tx --to no.such.host.invalid
	[ "$status" = 1 ]
	[[ "$stderr" == *"cannot resolve"* ]]
}

@test "a full disk under standard output" {
	[ -e /dev/full ] || skip "needs /dev/full"
	rx
	code=0
	timeout 20 "$BUILD/zcpath" tx --to 127.0.0.1 --port "$port" --bytes 1M >/dev/full 2>tx.err || code=$?
	rx_ends
	[ "$code" = 1 ]
	one_sentence tx.err "No space left on device"
}

@test "io_uring forbidden: said with the fix, exit 3, and the other paths still run" {
	cc -O1 -o without_uring "$BATS_TEST_DIRNAME/../tool/without_uring.c"
	./without_uring true || skip "this kernel has no seccomp filters"
	in_rx=./without_uring
	in_tx=./without_uring
	run --separate-stderr $in_tx "$BUILD/zcpath" paths
	[ "$status" = 0 ]
	[ "$(grep -c ' no .*it is forbidden here: see sysctl kernel.io_uring_disabled' <<<"$output")" = 4 ]
	for end in "rx --path uring" "tx --to ::1 --path uring" "tx --to ::1 --path send_zc"; do
		# shellcheck disable=SC2086
		run --separate-stderr $in_tx "$BUILD/zcpath" $end
		[ "$status" = 3 ]
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" = 1 ]
		[[ "$stderr" == *"cannot set up io_uring: Operation not permitted; it is forbidden here"* ]]
	done
	both --path copy -- --path zerocopy --bytes 1M --verify
}

@test "a control connection whose packets come to memory that no CPU can read: it is not the link that broke" {
	cc -O1 -o refuse_read "$BATS_TEST_DIRNAME/../tool/refuse_read.c"
	size=$(awk '$2 == "CONTROL_LINE_MAX" { print $3 }' "$BATS_TEST_DIRNAME/../../datapath/control.h")
	./refuse_read "$size" true || skip "this kernel has no seccomp filters"
	rx --path copy
	in_tx="./refuse_read $size"
	code=0
	tx --path copy --seconds 1 || code=$?
	rx_ends
	cat tx.err
	[ "$code" = 1 ]
	one_sentence tx.err "its packets came to a queue whose memory only a zero-copy receiver can read"
	grep -q "leads port $port there too; lead only port $((port + 1)), of the data" tx.err
}

@test "a memlock limit that the message does not fit in: said with the fix, exit 3" {
	[ "$(id -u)" = 0 ] || skip "takes root, to become an ordinary user with a small limit"
	command -v setpriv >/dev/null || skip "needs setpriv"
	"$BUILD/zcpath" paths | grep -q '^tx *send_zc *yes' || skip "this machine cannot run tx send_zc"
	reachable=$(mktemp -d)
	chmod a+rx "$reachable"
	cp "$BUILD/zcpath" "$reachable/zcpath"
	rx
	code=0
	(ulimit -l 1024 && cd / && exec setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$reachable/zcpath" tx --to 127.0.0.1 --port "$port" --path send_zc) >tx.csv 2>tx.err || code=$?
	rm -r "$reachable"
	rx_ends
	[ "$code$rx_code" = 31 ]
	one_sentence tx.err "give --plain-buffers"
}

@test "a setting that cannot be put back is in the exit code" {
	[ "$(id -u)" = 0 ] || skip "takes root, to set RPS"
	unshare -nm true 2>/dev/null || skip "no namespaces here"
	cat >ends <<-END
		#!/bin/bash
		ip link set lo up
		mount -t sysfs none /sys
		"$BUILD/zcpath" rx --port $port --irq-cpu 0 >rx.csv 2>rx.err &
		while ! grep -q ,listening, rx.csv; do sleep 0.05; done
		"$BUILD/zcpath" tx --to 127.0.0.1 --port $port --seconds 1 --warmup 0 >tx.csv 2>tx.err &
		while ! grep -q ,open, rx.csv; do sleep 0.05; done
		mount -o remount,ro,bind /sys
		wait %1
		echo "\$?" >rx.code
		mount -o remount,rw,bind /sys
		"$BUILD/zcprof" restore >restore.out 2>&1 || true
	END
	timeout 30 unshare -nm bash ends
	cat rx.err
	grep -q irq_affinity rx.csv
	[ "$(cat rx.code)" = 1 ]
	grep -q "Read-only file system" rx.err
}

@test "interrupts are given to CPUs in the order of their numbers, however they are listed" {
	[ "$(id -u)" = 0 ] || skip "takes root, to set affinities"
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	unshare -m true 2>/dev/null || skip "no mount namespaces here"
	cat >with_irqs <<-'END'
		#!/bin/bash
		mount -t tmpfs none /sys/class/net
		mount -t tmpfs none /proc/irq
		mkdir -p /sys/class/net/lo/device/msi_irqs
		echo 1 >/sys/class/net/lo/ifindex
		echo 00:00:00:00:00:00 >/sys/class/net/lo/address
		for irq in 9 100 8 10; do
			touch /sys/class/net/lo/device/msi_irqs/$irq
			mkdir /proc/irq/$irq
			echo 0-1 >/proc/irq/$irq/smp_affinity_list
		done
		exec "$@"
	END
	chmod +x with_irqs
	in_rx="unshare -m ./with_irqs"
	both --irq-cpu 0-1 -- --bytes 1M
	cat rx.err
	[ "$(grep -o 'irq_affinity,lo/irq-[0-9]*,[01]' rx.csv | sed 's/.*irq-//' | tr '\n' ' ')" = "8,0 9,1 10,0 100,1 " ]
}
