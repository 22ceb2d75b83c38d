#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What 'zcprof doctor IFACE' says of a NIC that can receive without copy, each row in two states; run
# in the lab's machine:
#
#   BUILD=build lab/run -- bats tests/lab/doctor_nic.bats

bats_require_minimum_version 1.5.0

load ../quoted

setup() {
	ip -n rx link show zcnic0 >/dev/null 2>&1 || skip "there is no zcnic here: see lab/run"
	cd "$BATS_TEST_TMPDIR" || return
	other=
}

teardown() {
	[ -z "$other" ] || kill "$other" 2>/dev/null || true
	for fault in tcp-data-split\ on hds-thresh\ 0 rx\ 1024; do
		ip netns exec rx ethtool -G zcnic0 $fault >/dev/null || true
	done
}

here() {
	ip netns exec rx "$@"
}

# look AREA [OPTION...]: asks once, for cell
look() {
	local area=$1
	shift
	here "$BUILD/zcprof" doctor "${iface:-zcnic0}" --area "$area" --format csv "$@" | quoted >table
}

# cell CHECK COLUMN: of the last look
cell() {
	awk -F '^"|","|"$' -v check="$1" -v column="$2" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["check"] == check { print $at[column]; n++ } END { exit n != 1 }' table
}

is() { # STATE CHECK...
	local state=$1 check
	shift
	for check; do
		echo "$check: $(cell "$check" state): $(cell "$check" found)"
		[ "$(cell "$check" state)" = "$state" ]
	done
}

# mends AREA CHECK... [-- OPTION...]: they could be better, what is printed makes them so, and they are
mends() {
	local area=$1 checks=() check
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		checks+=("$1")
		shift
	done
	[ $# = 0 ] || shift
	look "$area" "$@"
	is "could be better" "${checks[@]}"
	for check in "${checks[@]}"; do
		echo "    $(cell "$check" mend)"
		here bash -ec "$(cell "$check" mend)"
	done
	look "$area" "$@"
	is ok "${checks[@]}"
}

@test "header split, its threshold, steering and RSS: as they are, and mended by what is printed" {
	here ethtool -G zcnic0 tcp-data-split off hds-thresh 100
	here ethtool -K zcnic0 ntuple off
	here ethtool -X zcnic0 default
	mends "zero copy" "header split" "split threshold" "flow steering" "rss table"
	here ethtool -X zcnic0 default
	is ok "rss contexts" "memory providers"
	# It is asked by looking for a context, and none is left behind.
	! here ethtool -x zcnic0 context 1 2>/dev/null || false
	iface=lo
	look "zero copy"
	is missing "header split" "flow steering" "rss table" "rss contexts" "memory providers"
	is unknown "split threshold"
}

@test "one receive queue alone is one too few" {
	here ethtool -L zcnic0 combined 1
	look "zero copy"
	is missing "rss table"
	here bash -ec "$(cell "rss table" mend)"
	look "zero copy"
	is "could be better" "rss table"
	here ethtool -L zcnic0 combined 4
}

@test "queues that others hold, and who may" {
	look "zero copy"
	is ok "queue leases"
	for path in zcrx devmem; do
		: >rx.csv
		here "$BUILD/zcpath" rx --bind 10.9.0.1 --path $path --nic zcnic0 --queues 3 >rx.csv 2>rx.err 3>&- &
		until grep -q ,listening, rx.csv; do sleep 0.1; done
		ip netns exec tx "$BUILD/zcpath" tx --to 10.9.0.1 --seconds 500 >tx.csv 2>tx.err 3>&- &
		other=$!
		until grep -q ,open, rx.csv; do sleep 0.1; done
		look "zero copy"
		is "could be better" "queue leases"
		[[ "$(cell "queue leases" found)" == "3: "*"of those that may: "*"zcpath ("* ]]
		kill $other
		wait || true
		other=
		look "zero copy"
		is ok "queue leases"
	done
}

@test "HW GRO and LRO" {
	here ethtool -K zcnic0 rx-gro-hw off
	mends nic "hw gro"
	modprobe bonding && modprobe dummy || skip "this kernel has no bonding device"
	ip -n rx link add lro0 type bond
	iface=lro0
	here ethtool -K lro0 lro on
	mends nic lro
	ip -n rx link del lro0
}

@test "interrupts of its queues on one CPU, spread by what is printed" {
	for irq in $(sed -n 's/^ *\([0-9]*\):.* zcnic0-TxRx-.*/\1/p' /proc/interrupts); do
		echo 0 >/proc/irq/$irq/smp_affinity_list
	done
	mends nic "irq affinity"
}

@test "bandwidth times round-trip time against ring and area" {
	# 40 Gbit/s at 0.5 ms are 2.5 MB: 1727 frames of 1500 bytes.
	mends plumbing ring -- --rate 40G --rtt 0.0005
	[ "$(here ethtool -g zcnic0 | awk '/^RX:/ { n = $2 } END { print n }')" = 2048 ]
	is ok "buffer area"
	look plumbing
	is unknown ring "buffer area"
	# 400 Gbit/s at 1 ms are 50 MB.
	look plumbing --rate 400G --rtt 0.001
	is "could be better" "buffer area"
	[ "$(cell "buffer area" mend)" = "zcpath rx --area 128M ..." ]
}
