# SPDX-License-Identifier: GPL-2.0-or-later
# Each packet is looked up in the connection table, at both ends.
# shellcheck shell=bash disable=SC2034,SC2154
expected="conntrack netfilter"
where=host
needs=nft
default_size=1

inject() {
	for end in in_rx in_tx; do
		$end nft -f - <<-END
			add table inet explain
			add chain inet explain in { type filter hook prerouting priority 0; }
			add chain inet explain out { type filter hook output priority 0; }
			add rule inet explain in ct state established counter
			add rule inet explain out ct state established counter
		END
	done
}

undo() {
	in_rx nft delete table inet explain
	in_tx nft delete table inet explain
}
