#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every way to receive with every way to send: each byte is checked at the receiver, and the figures
# of both ends have to agree.

load zcpath

MB=$((1024 * 1024))

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	export zcp_a=zcp$$-a zcp_b=zcp$$-b
	ip netns add $zcp_a
	ip netns add $zcp_b
	ip link add name v0 netns $zcp_a mtu 4148 type veth peer name v0 netns $zcp_b mtu 4148
	for n in a b; do
		local ns=zcp$$-$n i=$([ $n = a ] && echo 1 || echo 2)
		ip -n $ns link set lo up
		ip -n $ns addr add 10.98.0.$i/24 dev v0
		ip -n $ns addr add fd98::$i/64 dev v0 nodad
		ip -n $ns link set v0 up
	done
}

teardown_file() {
	[ -n "${zcp_a-}" ] || return 0
	ip netns del $zcp_a
	ip netns del $zcp_b
}

setup() {
	zcpath_setup
}

teardown() {
	zcpath_teardown
}

over_veth() { # ADDRESS
	[ -n "${zcp_a-}" ] || skip "network namespaces take root"
	in_tx="ip netns exec $zcp_a"
	in_rx="ip netns exec $zcp_b"
	host=$1
}

able() { # END PATH
	"$BUILD/zcpath" paths | awk -v e="$1" -v p="$2" '$1 == e && $2 == p { exit $3 != "yes" }'
}

RX="copy uring mmap"
TX="copy uring send_zc zerocopy sendfile"

# The message is no multiple of a send, a page or a word, so that every edge falls somewhere else.
every_pair() { # ARG… for tx
	local r t ran=0

	for r in $RX; do
		able rx $r || continue
		for t in $TX; do
			able tx $t || continue
			echo "rx $r, tx $t"
			both --path $r -- --path $t --msg 1000003 --write 65537 --bytes 20M --verify "$@"
			check_figures $((20 * MB))
			ran=$((ran + 1))
		done
	done
	[ $ran -ge 2 ]
}

@test "every sender counts its sends, of streams, requests and datagrams" {
	for tx in copy uring send_zc zerocopy; do
		for what in "--write 4K --bytes 4M" "--rpc 64:64 --seconds 0.2 --warmup 0" "--udp 1000 --seconds 0.2 --warmup 0"; do
			# shellcheck disable=SC2086 # $what is words
			both --path copy -- --path $tx $what
			echo "$tx $what: $(value tx sends) sends of $(value tx bytes_life) bytes"
			[ "$(value tx sends)" -gt 0 ]
			case $what in
			*4M) [ "$(value tx sends)" -ge 1024 ] ;;
			esac
		done
	done
}

@test "every pair over loopback, every byte checked" {
	every_pair
}

@test "with --min-wait completions gather: the receiver comes back once in that time" {
	able rx uring || skip "$("$BUILD/zcpath" paths | grep -E '^rx +uring')"
	wait_ms=100
	both --path uring --min-wait ${wait_ms}000 -- --pacing 100M --bytes 12M --verify ||
		! grep -q 'takes Linux 6.12' "$dir/rx.err" || skip "$(<"$dir/rx.err")"
	check_figures $((12 * MB))
	calls=$(value rx calls io_uring_enter) ms=$(($(value rx window_ns '') / 1000000))
	echo "$calls calls in $ms ms"
	# One more at each end, and what a wait that was interrupted adds.
	[ "$calls" -le $((ms / wait_ms + 5)) ]
	both --path uring -- --pacing 100M --bytes 12M --verify
	echo "without: $(value rx calls io_uring_enter)"
	[ "$(value rx calls io_uring_enter)" -gt $((2 * calls)) ]
}

@test "every pair with three flows" {
	every_pair --flows 3
	[ $(($(value rx flow_bytes 0) + $(value rx flow_bytes 1) + $(value rx flow_bytes 2))) = \
		$((20 * MB)) ]
}

@test "every pair over a veth pair, IPv4" {
	over_veth 10.98.0.2
	every_pair
}

@test "every pair over a veth pair, IPv6" {
	over_veth fd98::2
	every_pair
}

@test "over veth the kernel copies what was asked to be zero-copy, and says so" {
	over_veth 10.98.0.2
	for t in send_zc zerocopy; do
		able tx $t || skip "this machine cannot run tx $t: see 'zcpath paths'"
		both --path copy -- --path $t --bytes 20M
		[ "$(value tx bytes_zerocopy)" = 0 ]
		[ "$(value tx bytes_copied)" = $((20 * MB)) ]
		[ "$(value tx notifications)" -gt 0 ]
	done
}

@test "mmap maps whole pages where payload lies in them, and tells mapped, copied and hybrid apart" {
	over_veth 10.98.0.2
	able rx mmap || skip "this machine cannot run rx mmap: see 'zcpath paths'"
	able tx zerocopy || skip "this machine cannot run tx zerocopy: see 'zcpath paths'"
	# A copy of pages by reference is laid out in new ones, from their first byte.
	both --path mmap -- --path zerocopy --mss 4108 --write 64K --bytes 20M --verify
	check_figures $((20 * MB))
	echo "mapped $(value rx bytes_zerocopy), copied $(value rx bytes_copied)"
	[ "$(value rx bytes_zerocopy)" -gt $((10 * MB)) ]
	[ $(($(value rx bytes_zerocopy) % 4096)) = 0 ]
	[ "$(value rx bytes_hybrid)" = 0 ]
	both --path mmap --copybuf 4K -- --path zerocopy --write 5000 --bytes 20M --verify
	check_figures $((20 * MB))
	[ "$(value rx bytes_hybrid)" -gt 0 ]
	[ "$(value rx bytes_hybrid)" -le "$(value rx bytes_copied)" ]
	# References to the page cache are somebody's pages already, and are not mapped.
	both --path mmap -- --path sendfile --bytes 20M --verify
	check_figures $((20 * MB))
	[ "$(value rx bytes_zerocopy)" = 0 ]
	[ "$(value rx unmappable)" -gt 0 ]
}

@test "sendfile hands over page references where the device gathers, and copies where not" {
	over_veth 10.98.0.2
	both --path copy -- --path sendfile --bytes 20M
	[ "$(value tx bytes_zerocopy)" = $((20 * MB)) ]
	command -v ethtool >/dev/null || skip "needs ethtool, to switch scatter-gather off"
	ip netns exec $zcp_a ethtool -K v0 sg off
	both --path copy -- --path sendfile --bytes 20M --verify
	ip netns exec $zcp_a ethtool -K v0 sg on
	[ "$(value tx bytes_zerocopy)" = 0 ]
}

@test "variants of a path move the same bytes" {
	both --path copy --blocking -- --bytes 20M --verify
	check_figures $((20 * MB))
	[ "$(value rx calls epoll_wait)" = 0 ]
	able rx uring || skip "this machine cannot run rx uring: see 'zcpath paths'"
	both --path uring --singleshot --read 4K --buffers 2 -- --bytes 20M --verify
	check_figures $((20 * MB))
	[ "$(value rx rearms)" -ge $((20 * MB / 4096 - 1)) ]
	both --path uring --read 4K --buffers 4 -- --bytes 20M --verify
	check_figures $((20 * MB))
	both --path uring --read 1 -- --path uring --depth 1 --bytes 64K --verify
	check_figures 65536
	able tx send_zc || skip "this machine cannot run tx send_zc: see 'zcpath paths'"
	both -- --path send_zc --plain-buffers --depth 64 --write 4K --bytes 20M --verify
	check_figures $((20 * MB))
	both -- --path send_zc --flush-every 3 --write 16K --bytes 3M --verify
	check_figures $((3 * MB))
	[ "$(value tx notification_waits)" = 64 ]
}

@test "small zero-copy sends that exhaust optmem are counted and still arrive" {
	over_veth 10.98.0.2
	able tx zerocopy || skip "this machine cannot run tx zerocopy: see 'zcpath paths'"
	# 16 sends fill it before the first completion is read.
	in_tx="ip netns exec $zcp_a"
	old=$($in_tx cat /proc/sys/net/core/optmem_max 2>/dev/null) || skip "this kernel has one optmem_max for all namespaces"
	$in_tx sh -c 'echo 2500 >/proc/sys/net/core/optmem_max'
	both -- --path zerocopy --write 1K --msg 64K --bytes 4M --verify
	$in_tx sh -c "echo $old >/proc/sys/net/core/optmem_max"
	check_figures $((4 * MB))
	[ "$(value tx enobufs)" -gt 0 ]
	[ "$(value tx errqueue_stalls)" -gt 0 ]
}

@test "bundles, and a socket that is no fixed file: every byte checked, over small buffers" {
	able rx uring || skip "this machine cannot run rx uring: see 'zcpath paths'"
	for options in "--plain-file" "--bundles --read 4K" "--bundles --singleshot --read 4K --buffers 4" "--bundles --plain-file"; do
		echo "$options"
		# shellcheck disable=SC2086 # words
		both --path uring $options -- --msg 1000003 --write 65537 --bytes 20M --verify ||
			! grep -q 'takes Linux 6.10' rx.err || skip "$(<rx.err)"
		check_figures $((20 * MB))
	done
	# One completion brings what many buffers hold.
	awk -F, '$4 == "receive_size" && $5 >= 8192 { n += $6 } END { exit !n }' rx.csv
}

@test "sends in bundles keep their order, in pieces that fit nothing and over small buffers" {
	able tx uring || skip "this machine cannot run tx uring: see 'zcpath paths'"
	for options in "--write 65537 --msg 1000003" "--write 777 --depth 200 --sndbuf 4K" "--write 16M --msg 64M --depth 3" "--write 8K --depth 256"; do
		echo "$options"
		# shellcheck disable=SC2086 # words
		both --rcvbuf 64K -- --path uring --send-bundles $options --bytes 20M --verify ||
			! grep -q 'takes Linux 6.10' tx.err || skip "$(<tx.err)"
		check_figures $((20 * MB))
		[ "$(value tx sends)" -gt $(($(value tx calls io_uring_enter) - 1)) ]
	done
	# 8 at a time, as one request each.
	both -- --path uring --send-bundles --msg 8K --write 1K --bytes 1M
	[ "$(value tx sends)" = 1024 ]
	[ "$(value tx calls io_uring_enter)" = 128 ]
}

@test "unlinked sends all arrive, and are refused where their order shows" {
	able tx uring || skip "this machine cannot run tx uring: see 'zcpath paths'"
	both --trunc -- --path uring --unlinked --msg 600 --write 600 --bytes 6M
	[ "$(value rx bytes_life)" = $((6 * MB)) ]
	[ "$(value tx bytes_life)" = $((6 * MB)) ]
	for options in "--unlinked --verify" "--unlinked --rpc 1:1" "--unlinked --udp 600" "--unlinked --send-bundles" \
		"--send-bundles --vectored" "--send-bundles --udp 600" "--send-bundles --depth 257"; do
		code=0
		# shellcheck disable=SC2086 # words
		tx --path uring $options || code=$?
		[ "$code" = 2 ]
		[ "$(wc -l <tx.err)" = 1 ]
	done
}

@test "--trunc throws bytes away: none is copied, and none can be checked" {
	both --path copy --trunc -- --bytes 20M
	[ "$(value rx bytes_life)" = $((20 * MB)) ]
	[ "$(value rx bytes_copied)" = 0 ]
	! value rx bytes_zerocopy || false
	rx --path copy --trunc
	! tx --bytes 1M --verify || false
	rx_ends
	[ "$rx_code" = 3 ]
	grep -q "leave it out with --verify" rx.err
	rx --path copy --trunc
	! tx --rpc 1K:1K --reconnect --seconds 0.2 || false
	rx_ends
	[ "$rx_code" = 3 ]
	grep -q "leave it out with --verify, --udp and --reconnect" rx.err
}
