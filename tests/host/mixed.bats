#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Long flows beside requests, requests at random, and packets that are dropped on purpose.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
}

teardown() {
	zcpath_teardown
	[ -z "${ns-}" ] || {
		ip netns del $ns-rx
		ip netns del $ns-tx
	}
}

sum() { # END METRIC: of all keys
	awk -F, -v metric="$2" '$1 == "" && $3 == "path" && $4 == metric { sum += $6 } END { printf "%.0f\n", sum }' "$1.csv"
}

@test "long flows and requests in one run: each is counted as what it is, every byte checked" {
	for pair in "copy copy" "uring send_zc" "copy zerocopy" "uring uring"; do
		# shellcheck disable=SC2086 # two words
		set -- $pair
		both --path "$1" --pattern mixed -- --path "$2" --pattern mixed --flows 5 --long-flows 2 --rpc 64:128 \
			--seconds 0.5 --warmup 0 --verify
		[ "$(value rx bad_bytes)" = 0 ] && [ "$(value tx bad_bytes)" = 0 ] || false
		[ "$(value tx bytes_life)" = "$(value rx bytes_life)" ]
		long=$(($(value rx flow_bytes 0) + $(value rx flow_bytes 1)))
		# At the same end, for the windows of both do not begin at the same moment.
		short=$(($(value tx flow_bytes 2) + $(value tx flow_bytes 3) + $(value tx flow_bytes 4)))
		echo "$pair: long $long, short $short, answers $(value tx responses)"
		[ "$(value rx long_bytes)" = $long ] && [ $long -gt $((1 << 20)) ] || false
		[ "$(value tx responses)" -gt 0 ]
		# What was asked and not answered at the edges of the window: one of each flow.
		apart=$((short / 64 - $(value tx responses)))
		[ ${apart#-} -le 6 ]
		# Messages: a request, or 64 MiB of a long flow.
		apart=$((short / 64 + (long >> 26) - $(value tx messages)))
		echo "messages $(value tx messages)"
		[ ${apart#-} -le 8 ]
		apart=$(($(sum tx latency) - $(value tx responses)))
		[ ${apart#-} -le 6 ]
	done
}

@test "requests at random come at the rate, with gaps that are not even" {
	both --path copy -- --path copy --rpc 64:64 --rate 500 --arrivals poisson --flows 2 --seconds 2 --warmup 0.2
	answers=$(($(value tx responses) + $(value tx unanswered)))
	echo "$answers answers"
	# 1000 are due, with a deviation of 32.
	[ $answers -gt 820 ] && [ $answers -lt 1180 ] || false
}

@test "--loss drops one packet in so many, and nothing of it stays" {
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	command -v nft >/dev/null || skip "needs nft"
	ns=mixed$$
	ip netns add $ns-rx && ip netns add $ns-tx
	ip link add v0 netns $ns-rx type veth peer name v0 netns $ns-tx
	ip -n $ns-rx addr add 10.98.0.1/24 dev v0 && ip -n $ns-tx addr add 10.98.0.2/24 dev v0
	ip -n $ns-rx link set v0 up && ip -n $ns-tx link set v0 up
	in_rx="ip netns exec $ns-rx" in_tx="ip netns exec $ns-tx" host=10.98.0.1
	rx --path copy --loss 20
	tx --path copy --udp 1000 --seconds 1 --warmup 0
	rx_ends
	[ "$rx_code" = 0 ]
	grep -q '^,rx,fact,option,loss,20,' rx.csv
	full=$(ip netns exec $ns-rx awk '/^Udp:/ { if (n++) print $6 }' /proc/net/snmp)
	sent=$(($(value tx bytes_life) / 1000)) got=$(($(value rx bytes_life) / 1000))
	echo "sent $sent, received $got, full $full: dropped $((sent - got - full))"
	# One in 20, within six deviations.
	awk -v n=$sent -v k=$((sent - got - full)) \
		'BEGIN { d = k - n / 20; exit !(n > 1000 && d * d < 36 * n * 0.05 * 0.95) }'
	[ -z "$(ip netns exec $ns-rx nft list ruleset)" ]
}

@test "--loss of two devices are two, and each goes alone" {
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	command -v nft >/dev/null || skip "needs nft"
	ns=mixed$$
	ip netns add $ns-rx && ip netns add $ns-tx
	for i in 0 1; do
		ip link add v$i netns $ns-rx type veth peer name v$i netns $ns-tx
		ip -n $ns-rx link set v$i up
	done
	in_rx="ip netns exec $ns-rx"
	mod() { $in_rx nft list table netdev zcprof_loss_$1 | grep -o 'mod [0-9]*'; }
	$in_rx "$BUILD/zcprof" setup --loss 20 v0
	$in_rx "$BUILD/zcprof" setup --loss 30 v1
	[ "$(mod v0) $(mod v1)" = "mod 20 mod 30" ]
	$in_rx "$BUILD/zcprof" setup --loss off v0
	[ "$($in_rx nft list tables)" = "table netdev zcprof_loss_v1" ]
	$in_rx "$BUILD/zcprof" restore
	[ -z "$($in_rx nft list ruleset)" ]
}

@test "what cannot be is one sentence" {
	refused() {
		run --separate-stderr "$BUILD/zcpath" tx --to 127.0.0.1 "${@:2}"
		echo "$stderr"
		[ "$status" = 2 ]
		[[ "$stderr" == *$1* ]]
	}
	refused "give --rpc REQUEST:RESPONSE too" --pattern mixed
	refused "give more --flows" --pattern mixed --rpc 1:1
	refused "give --rate N too" --arrivals poisson
	refused "give --vectored too" --path send_zc --header 64
	refused "give --plain-buffers too" --path send_zc --vectored --header 64
	refused "fewer than --udp" --path uring --vectored --header 64 --udp 64
}
