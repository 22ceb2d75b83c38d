#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Datagrams: what the two ends count, against what the kernel and a firewall rule dropped.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
}

teardown() {
	zcpath_teardown
	[ -z "${ns-}" ] || ip netns del $ns
}

@test "what was lost is what the kernel and a rule dropped, to the datagram" {
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	command -v nft >/dev/null || skip "needs nft, to drop some"
	ns=udp$$
	ip netns add $ns
	ip -n $ns link set lo up
	ip netns exec $ns nft -f - <<-END
		table inet drops {
			counter dropped { }
			chain in {
				type filter hook input priority 0;
				udp dport $((port + 1)) numgen inc mod 10 == 0 counter name dropped drop
			}
		}
	END
	in_rx="ip netns exec $ns" in_tx="ip netns exec $ns"
	both --path copy -- --path copy --udp 1400 --flows 2 --seconds 1 --warmup 0 --verify
	[ "$(value rx bad_bytes)" = 0 ]
	lost=$((($(value tx bytes_life) - $(value rx bytes_life)) / 1400))
	dropped=$(ip netns exec $ns nft list counter inet drops dropped | awk '/packets/ { print $2 }')
	full=$(ip netns exec $ns awk '/^Udp:/ { if (n++) print $6 }' /proc/net/snmp)
	echo "lost $lost, dropped by the rule $dropped, by full sockets $full; missed $(value rx datagrams_missed)"
	[ "$dropped" -gt 0 ]
	[ "$lost" = $((dropped + full)) ]
	# The numbers say the same of the window, but for what is under way at its edges.
	sent=$(value tx datagrams) known=$(($(value rx datagrams) + $(value rx datagrams_missed)))
	echo "sent $sent, received or missed $known"
	[ $((known * 10)) -gt $((sent * 9)) ] && [ $((known * 9)) -lt $((sent * 10)) ]
	[ "$(value rx datagrams_late)" = 0 ]
}

# The window's edge may fall between two counts of the same datagrams: as many as one call moves, at most.
near() { # FIGURE OTHER MOST
	local apart=$(($1 - $2))
	echo "$1 and $2"
	[ "${apart#-}" -le "$3" ]
}

@test "datagrams of every size, cut and joined by the kernel, every byte checked" {
	for size in 16 1400 65507; do
		both --path copy -- --path copy --udp $size --seconds 0.2 --warmup 0 --verify
		[ "$(value rx bad_bytes)" = 0 ]
		[ "$(value rx datagrams)" -gt 0 ]
		near "$(value rx bytes)" $(($(value rx datagrams) * size)) "$size"
	done
	both --path copy --udp-gro -- --path copy --udp 1400 --udp-gso 40 --seconds 0.5 --warmup 0 --verify
	[ "$(value rx bad_bytes)" = 0 ]
	near "$(value rx bytes)" $(($(value rx datagrams) * 1400)) 65536
	near "$(value tx datagrams)" $(($(value tx calls sendto) * 40)) 40
	# Joined: fewer calls than datagrams.
	[ "$(value rx calls recvmsg)" -lt "$(value rx datagrams)" ]
}

@test "what has no meaning for datagrams is refused in a sentence" {
	refused() {
		run --separate-stderr "$BUILD/zcpath" tx --to "$host" "${@:2}"
		echo "$stderr"
		[ "$status" = 2 ]
		[[ "$stderr" == *$1* ]]
	}
	refused "expected 16 to" --udp 15
	refused "expected 16 to" --udp 65508
	refused "give --udp BYTES too" --udp-gso 4
	refused "--rpc has no meaning with --udp" --udp 64 --rpc 1:1
	refused "--bytes has no meaning with --udp" --udp 64 --bytes 1M
	refused "sends no datagrams" --udp 64 --path sendfile
	rx --path uring
	code=0
	tx --udp 64 || code=$?
	rx_ends
	[ "$rx_code" = 3 ]
	grep -q "takes no datagrams" rx.err
}
