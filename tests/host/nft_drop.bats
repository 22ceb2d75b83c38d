#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What nft_drop counts against nft, and that nothing gets past it.

bats_require_minimum_version 1.5.0
load zcpath
load packets

setup() {
	packets_setup
}

teardown() {
	packets_teardown
}

@test "what nft_drop counts is what came to its hook, and nothing gets past it" {
	"$BUILD/zcpath" paths | grep -q '^rx *nft_drop *yes' || skip "$("$BUILD/zcpath" paths | grep '^rx *nft_drop')"
	for host in 10.97.0.2 fd97::2; do
		rx --path nft_drop
		$in_rx nft -f - <<-END
			table inet beside
			delete table inet beside
			table inet beside {
				chain before { type filter hook prerouting priority -400; udp dport $((port + 1)) udp length 26 counter comment "before"; }
				chain behind { type filter hook prerouting priority -200; udp dport $((port + 1)) udp length 26 counter comment "behind"; }
				chain others { type filter hook input priority 0; udp dport $((port + 1)) udp length != 26 counter comment "others"; }
			}
		END
		tx --path copy --udp 18 --flows 3 --seconds 2 --warmup 0.1 3>&- &
		tx_pid=$!
		wait_for ',open,' rx.csv
		$in_rx nft list tables | grep zcprof_drop
		# Somebody else's, of another size.
		$in_tx python3 - "$host" $((port + 1)) <<-'END'
			import socket, sys
			s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
			for _ in range(20):
			    s.sendto(b"x" * 13, (sys.argv[1], int(sys.argv[2])))
		END
		wait $tx_pid
		rx_ends
		cat rx.err
		counter() { $in_rx nft list table inet beside | sed -n "s/.*counter packets \([0-9]*\) .*\"$1\".*/\1/p"; }
		echo "$host: before $(counter before), behind $(counter behind), others $(counter others), counted $(($(value rx bytes_life) / 18))"
		[ "$rx_code" = 0 ]
		[ "$(counter before)" -gt 0 ]
		[ "$(value rx bytes_life)" = $(($(counter before) * 18)) ]
		[ "$(counter behind)" = 0 ]
		[ "$(counter others)" -ge 10 ]
		for flow in 0 1 2; do
			[ "$(value rx flow_bytes $flow)" -gt 0 ]
		done
		# Which are missing, nobody has seen.
		! value rx datagrams_missed || false
		grep -q '^,rx,collector,absent,path/datagrams_missed,' rx.csv
		! $in_rx nft list tables | grep zcprof_drop || false
	done
	# The kernel takes it off where zcpath cannot.
	rx --path nft_drop
	tx --path copy --udp 18 --seconds 20 3>&- &
	wait_for ',open,' rx.csv
	$in_rx nft list tables | grep zcprof_drop
	pkill -KILL -f "zcpath [rt]x .*--port $port( |\$)"
	wait || :
	for _ in $(seq 100); do
		$in_rx nft list tables | grep -q zcprof_drop || break
		sleep 0.05
	done
	! $in_rx nft list tables | grep zcprof_drop || false
}
