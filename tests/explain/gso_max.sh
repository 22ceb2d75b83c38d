# SPDX-License-Identifier: GPL-2.0-or-later
# The sender's device takes packets of $SIZE bytes at most.
# shellcheck shell=bash disable=SC2034,SC2154
expected=segmentation
where=host
default_size=3000

inject() {
	in_tx ip link set dev "$TX_DEVICE" gso_max_size "$SIZE"
}

undo() {
	in_tx ip link set dev "$TX_DEVICE" gso_max_size 65536
}
