# SPDX-License-Identifier: GPL-2.0-or-later
# Every packet walks $SIZE firewall rules that never match, in an end's namespace.
# shellcheck shell=bash disable=SC2034,SC2154
ends="rx tx"
expected=netfilter
where=host
needs=nft
default_size=2000

inject() {
	local hook=input
	[ "$END" = rx ] || hook=output
	{
		echo "add table inet explain"
		echo "add chain inet explain each { type filter hook $hook priority 0; }"
		for i in $(seq "$SIZE"); do
			echo "add rule inet explain each ip saddr 192.0.$((i / 250 % 250)).$((i % 250)) counter drop"
		done
	} | "in_$END" nft -f -
}

undo() {
	"in_$END" nft delete table inet explain
}
