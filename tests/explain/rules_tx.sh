# SPDX-License-Identifier: GPL-2.0-or-later
# Every packet walks $SIZE firewall rules that never match, in the sender's namespace.
# shellcheck shell=bash disable=SC2034,SC2154
expected=netfilter
where=host
needs=nft
default_size=2000

inject() {
	{
		echo "add table inet explain"
		echo "add chain inet explain out { type filter hook output priority 0; }"
		for i in $(seq "$SIZE"); do
			echo "add rule inet explain out ip saddr 192.0.$((i / 250 % 250)).$((i % 250)) counter drop"
		done
	} | in_tx nft -f -
}

undo() {
	in_tx nft delete table inet explain
}
