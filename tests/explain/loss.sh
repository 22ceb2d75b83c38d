# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # pair.sh reads them
# One packet in $SIZE is dropped at the receiver.
expected=loss
where=host
needs=nft
default_size=300

inject() {
	in_rx nft -f - <<-END
		add table inet explain
		add chain inet explain in { type filter hook input priority 0; }
		add rule inet explain in meta l4proto tcp numgen random mod $SIZE 0 counter drop
	END
}

undo() {
	in_rx nft delete table inet explain
}
