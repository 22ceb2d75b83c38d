#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A sender alone: datagrams to a device that drops them, against that device's own counters.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
}

teardown() {
	zcpath_teardown
	[ -z "${ns-}" ] || ip netns del $ns
}

@test "what goes to nobody is what the device counts, sent without a copy where that was asked for" {
	ns=dummy$$
	ip netns add $ns
	ip -n $ns link set lo up
	ip -n $ns link add sink type dummy 2>/dev/null || ip -n $ns link add sink type bridge
	ip -n $ns link set sink up mtu 9000
	ip -n $ns addr add 10.99.0.1/24 dev sink
	ip -n $ns neigh add 10.99.0.2 lladdr 02:00:00:00:00:01 dev sink nud permanent
	in_rx="ip netns exec $ns" in_tx="ip netns exec $ns"
	device() {
		ip -n $ns -s -j link show sink | jq '.[0].stats64.tx | .packets + .dropped'
	}
	for tx in copy uring send_zc "send_zc --plain-buffers" zerocopy; do
		before=$(device)
		# shellcheck disable=SC2086 # $tx is words
		both --path copy -- --path $tx --udp 4000 --away 10.99.0.2 --seconds 0.3 --warmup 0
		echo "$tx: device $(($(device) - before)), sent $(($(value tx bytes_life) / 4000))"
		[ "$(value tx bytes_life)" -gt 0 ]
		# Other packets of the namespace are few: router solicitations.
		apart=$(($(device) - before - $(value tx bytes_life) / 4000))
		[ "$apart" -ge 0 ] && [ "$apart" -le 20 ] || false
		case $tx in
		copy | uring) [ "$(value tx bytes_zerocopy)" = 0 ] && [ "$(value tx bytes_copied)" -gt 0 ] ;;
		*) [ "$(value tx bytes_copied)" = 0 ] && [ "$(value tx bytes_zerocopy)" -gt 0 ] ;;
		esac
		grep -q '^,rx,collector,absent,path,.*nobody receives' rx.csv
		! value rx bytes || false
	done
}

@test "zcprof run --link dummy: a record without a receiver that zcroi reads" {
	run --separate-stderr "$BUILD/zcprof" run --link dummy --udp 1000 --tx send_zc --seconds 0.3 --warmup 0.1 \
		--repeat 1 --collect cpu -o alone
	echo "$stderr"
	[ "$status" = 0 ]
	"$BUILD/zcroi" check alone/*/run-1.csv
	run "$BUILD/zcroi" table --rows tx --cols udp --value tx-path.sends,zerocopy-tx alone
	echo "$output"
	[[ "$output" =~ send_zc\ +[0-9]{3,} ]]
	[[ "$output" =~ send_zc\ +100.0 ]]
	run "$BUILD/zcroi" table --absent alone
	[[ "$output" == *"nobody receives"* ]]
}

@test "a stream has nobody to do without" {
	run --separate-stderr "$BUILD/zcpath" tx --to 127.0.0.1 --away 10.99.0.2
	[ "$status" = 2 ]
	[[ "$stderr" == *"give --udp BYTES too"* ]]
}

@test "what zcprof itself gave is told by what the user gave" {
	for words in "" "--udp 64 --tx xsk"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr "$BUILD/zcprof" run --link dummy $words --seconds 0.1 --repeat 1 --collect cpu -o refused
		echo "$stderr"
		[ "$status" = 2 ]
		[[ "$stderr" == *"--link dummy"* ]]
	done
}

@test "an address that somebody has is told as that" {
	rx --path copy
	! tx --udp 64 --away 127.0.0.1 --seconds 0.2 --warmup 0 || false
	rx_ends
	grep -q "somebody has that address" tx.err
}
