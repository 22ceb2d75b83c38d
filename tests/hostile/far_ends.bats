#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A host whose agent does harm: whatever it says and whenever it stops, zcprof here ends in time, with a sentence
# that names the host, moves no cursor, and leaves this machine as it was.
#
# Waits: for what a far end does not say, until it is given up.

bats_require_minimum_version 1.5.0
load ../host/zcprof_run

setup() {
	as_root
	PATH=$BUILD:$PATH
	ns=zct$$
	make_namespaces
	before=$(settings)
}

teardown() {
	remove_namespaces
}

# Of the sender's device, which is this machine's.
settings() {
	ip netns exec "${ns}tx" cat /sys/class/net/tx0/queues/rx-0/rps_cpus
	ip -n "${ns}tx" -d link show tx0 | grep -o 'mtu [0-9]*'
}

# with MISCHIEF VERB CODE MOST-SECONDS WORDS: how a run with such a host ends; the seconds are those of a busy machine
with() {
	local began=$SECONDS

	dir=$(mktemp -d -p "$BATS_TEST_TMPDIR")
	run -"$3" timeout 280 ip netns exec "${ns}tx" zcprof run --link tx0 --rx-host "${ns}rx" --address 10.78.0.1 \
		--ssh "python3 $BATS_TEST_DIRNAME/../tool/agent.py $1 $2" --zcprof "$BUILD/zcprof" --tx-mtu 1400 \
		--tx-irq-cpu 0 --collect cpu --warmup 0.1 --seconds 1 --repeat 1 -o "$dir"
	echo "$1 at $2 ($((SECONDS - began)) s): $output"
	[ "$((SECONDS - began))" -le "$4" ]
	[[ "$output" == *"$5"* ]]
	[ "$(grep -cvE 'runs? failed|failed; 0 s left|^zcprof: warning: ' <<<"$output")" -le 2 ]
	! LC_ALL=C grep -q '[[:cntrl:]]' <<<"$output" || false
	for part in "$dir"/*/run-1.csv.part; do
		[ ! -e "$part" ] || is_record "$part"
	done
	[ "$(settings)" = "$before" ]
}

@test "it goes away between any two of its answers" {
	for verb in hello check; do
		with close $verb 3 80 "${ns}rx: the connection to its zcprof agent ended with exit code 0"
	done
	for verb in run start clock watch open close finish; do
		with close $verb 1 120 "${ns}rx: the connection to its zcprof agent ended with exit code 0"
	done
}

@test "it says what is no row, and more than any machine has to say" {
	with garbage hello 3 80 "${ns}rx: its agent said what is no row"
	with endless_line hello 3 80 "${ns}rx: its agent said what is no row"
	with huge_name open 1 120 "${ns}rx: its agent said what is no row"
	with endless watch 1 240 "${ns}rx: its agent says more than any machine has to say"
}

@test "another protocol, an answer that nobody asked for, rows of another machine" {
	with version hello 3 80 "${ns}rx: its zcprof is of another version"
	with unasked watch 1 120 "${ns}rx: its agent answered what nobody asked"
	with of_another finish 1 120 "${ns}rx: its agent says something of a machine of another"
}

@test "control characters reach no terminal" {
	with controls check 3 120 "\\x1b]0;owned\\x07"
	with controls start 1 120 "${ns}rx: \\x1b]0;owned\\x07"
	[[ "$(cat "$dir/refused"/*.csv)" == *"${ns}rx: \x1b]0;owned"* ]]
	with warn start 0 160 "warning: ${ns}rx: \\x1b[31mred"
	# What no run hears is said in the next.
	with warn check 0 160 "warning: ${ns}rx: \\x1b[31mred"
}

@test "it says rows of the end that it does not run, and rows once more" {
	with of_other_end open 0 160 "1 run is in"
	! grep -q '12345678901\|,777,' "$dir"/*/run-1.csv || false
	with once_more finish 0 160 "1 run is in"
	! grep -q ',777,' "$dir"/*/run-1.csv || false
}

@test "silence, a shrug, slow bytes, and bytes that it only claims" {
	with silent open 1 160 "${ns}rx: nothing was heard of its zcprof agent for 7 s"
	with shrug open 1 160 "${ns}rx: was not open within 30 s"
	with slow open 1 160 "${ns}rx"
	with claims close 1 240 "the receiver was not closed after 15 s"
}

@test "nobody takes what an agent says: it puts back what its end set, and ends" {
	served_by() { ip netns exec "${ns}rx" cat /sys/class/net/rx0/queues/rx-0/rps_cpus; }
	there=$(served_by)
	ip netns exec "${ns}tx" zcprof run --link tx0 --rx-host "${ns}rx" --address 10.78.0.1 \
		--ssh "python3 $BATS_TEST_DIRNAME/../tool/agent.py deaf watch" --zcprof "$BUILD/zcprof" \
		--rx-irq-cpu 0 --collect cpu --seconds 60 -o "$BATS_TEST_TMPDIR/out" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	near=$!
	is_set() { [ "$(served_by)" != "$there" ]; }
	is_back() { ! is_set; }
	wait_until 30 is_set
	kill -STOP "$near"
	wait_until 20 is_back
	none() { ! ip netns pids "${ns}rx" | xargs -rI{} cat /proc/{}/comm 2>/dev/null | grep -q '^zc'; }
	wait_until 5 none
	kill -CONT "$near"
	wait "$near" || :
}
