# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # pair.sh reads them
# Every packet walks $SIZE firewall rules that never match, in the receiver's namespace.
expected=netfilter
where=host
needs=nft
default_size=2000

inject() {
	{
		echo "add table inet explain"
		echo "add chain inet explain in { type filter hook input priority 0; }"
		for i in $(seq "$SIZE"); do
			echo "add rule inet explain in ip saddr 192.0.$((i / 250 % 250)).$((i % 250)) counter drop"
		done
	} | in_rx nft -f -
}

undo() {
	in_rx nft delete table inet explain
}
