# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver's firewall drops what arrives beyond $SIZE MB/s.
# shellcheck shell=bash disable=SC2034,SC2154
expected=loss
where=host
needs=nft
default_size=500

inject() {
	in_rx nft -f - <<-END
		add table inet explain
		add chain inet explain in { type filter hook input priority 0; }
		add rule inet explain in meta l4proto tcp limit rate over $SIZE mbytes/second burst 1 mbytes counter drop
	END
}

undo() {
	in_rx nft delete table inet explain
}
