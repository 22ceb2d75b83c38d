# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # pair.sh reads them
# The sender's device segments nothing: TSO and GSO are off.
expected=segmentation
where=host
needs=ethtool
default_size=1

inject() {
	in_tx ethtool -K "$TX_DEVICE" tso off gso off
}

undo() {
	in_tx ethtool -K "$TX_DEVICE" tso on gso on
}
