#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The checks of make test-kernels for sources that have no test of their own, on the kernel that runs:
# known work, counted.
#
# Alone: the figures of a whole machine are those of known work.

check() {
	run tests/kernels/check "$1"
	echo "$output"
	[ "$(cut -f 3 <<<"$output")" = right ] || skip_if_absent
}

skip_if_absent() {
	[ "$(cut -f 3 <<<"$output")" = absent ] || return 1
	skip "$(cut -f 4 <<<"$output")"
}

setup() {
	[ "$(id -u)" = 0 ] || skip "needs root, for BPF and namespaces"
}

@test "pagealloc: the pages that a process touches" {
	check pagealloc
}

@test "copy: the bytes that a receiver was given" {
	check copy
}

@test "skb: the bytes that the device received" {
	check skb
}

@test "skb: over veth, whose softirqs run on the sender's CPU, the receiver's packets are those with the data" {
	"$BUILD/zcprof" run --link veth --rx copy --tx copy --seconds 1 --repeat 1 --rx-cpu 0 --tx-cpu 1 --collect skb --exact -o "$BATS_TEST_TMPDIR/x"
	file=$(echo "$BATS_TEST_TMPDIR"/x/*/run-1.csv)
	bytes=$(awk -F, '$2 == "rx" && $3 == "path" && $4 == "bytes" && $1 == "" { print $6 }' "$file")
	for end in rx tx; do
		printf -v "$end" %s "$(awk -F, -v end=$end '$2 == end && $3 == "skb" && $4 == "bytes" { n += $6 } END { printf "%.0f", n }' "$file")"
	done
	# skb's window is another than the path's, on a busy machine by some percent.
	of_path=$(awk -F, '$2 == "rx" && $4 == "window_ns" { print $6 }' "$file")
	of_skb=$(awk -F, '$2 == "host" && $4 == "window" && $5 == "skb" { print $6 }' "$file")
	echo "moved $bytes bytes in $of_path ns; in $of_skb ns in packets for the receiver $rx, for the sender, which are acknowledgements, $tx"
	due=$((bytes * (of_skb / 1000) / (of_path / 1000)))
	[ $((rx * 100)) -ge $((due * 90)) ] && [ $((rx * 100)) -le $((due * 110)) ] || false
	[ "$tx" -gt 0 ]
	[ $((tx * 10)) -lt "$rx" ]
}

@test "skb: what a forwarder between the ends receives is neither's" {
	"$BUILD/zcprof" run --link forward --rx copy --tx copy --seconds 1 --repeat 1 --rx-cpu 0 --tx-cpu 1 --collect skb --exact -o "$BATS_TEST_TMPDIR/x"
	file=$(echo "$BATS_TEST_TMPDIR"/x/*/run-1.csv)
	bytes=$(awk -F, '$2 == "rx" && $3 == "path" && $4 == "bytes" && $1 == "" { print $6 }' "$file")
	for end in rx tx host; do
		printf -v "$end" %s "$(awk -F, -v end=$end '$2 == end && $3 == "skb" && $4 == "bytes" { n += $6 } END { printf "%.0f", n }' "$file")"
	done
	echo "moved $bytes bytes; in packets for the receiver $rx, for the sender $tx, for neither $host"
	[ $((rx * 100)) -ge $((bytes * 97)) ] && [ $((rx * 100)) -le $((bytes * 110)) ] || false
	[ "$tx" -gt 0 ] && [ $((tx * 10)) -lt "$rx" ] || false
	# All data and all acknowledgements once more.
	[ $((host * 100)) -ge $((bytes * 97)) ]
}

@test "iouring: completions and the end of a multishot receive" {
	check iouring
}

@test "latency: data that waits for a receiver that sleeps" {
	check latency
}

@test "locks: processes that want the mutex of one pipe" {
	check locks
}

@test "slices: a tenth of the window says what all of it says" {
	"$BUILD/zcprof" run --link loopback --seconds 3 --repeat 1 --collect copy,cpu -o "$BATS_TEST_TMPDIR/x"
	file=$(echo "$BATS_TEST_TMPDIR"/x/*/run-1.csv)
	bytes=$(awk -F, '$2 == "rx" && $3 == "path" && $4 == "bytes" && $1 == "" { print $6 }' "$file")
	copied=$(awk -F, '$2 == "rx" && $3 == "copy" && $4 == "to_user" { n += $6 } END { printf "%.0f", n }' "$file")
	share=$(awk -F, '$4 == "share" && $5 == "copy" { print $6 }' "$file")
	echo "moved $bytes bytes, counted $copied in $share of the window"
	# Fifteen slices of traffic whose rate varies.
	[ $((copied * 100)) -ge $((bytes * 60)) ] && [ $((copied * 100)) -le $((bytes * 160)) ] || false
	awk -v s="$share" 'BEGIN { exit !(s > 0.02 && s < 0.5) }'
}

@test "slices: a window of a second has one of each source" {
	"$BUILD/zcprof" run --link loopback --seconds 1 --warmup 0.2 --repeat 3 -o "$BATS_TEST_TMPDIR/x"
	run grep -h "its turn" "$BATS_TEST_TMPDIR"/x/*/run-*.csv
	echo "$output"
	[ -z "$output" ]
	for file in "$BATS_TEST_TMPDIR"/x/*/run-*.csv; do
		grep -q ',collector,share,softirq,' "$file"
	done
}
