# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver merges no packets, and the sender segments them itself.
# A pair of veth passes large packets on whole, so GRO matters only where the sender segments.
# shellcheck shell=bash disable=SC2034,SC2154
expected=gro
where=host
needs=ethtool
default_size=1

prepare() {
	in_tx ethtool -K "$TX_DEVICE" tso off gso off
	in_rx ethtool -K "$RX_DEVICE" gro on
}

inject() {
	in_rx ethtool -K "$RX_DEVICE" gro off
}

undo() {
	in_rx ethtool -K "$RX_DEVICE" gro on
}
