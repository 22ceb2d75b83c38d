# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # pair.sh reads them
# The sender's device takes no packet in pieces, and so segments none.
expected=segmentation
where=host
needs=ethtool
default_size=1

inject() {
	in_tx ethtool -K "$TX_DEVICE" sg off >/dev/null
}

undo() {
	in_tx ethtool -K "$TX_DEVICE" sg on tso on gso on >/dev/null
}
