# SPDX-License-Identifier: GPL-2.0-or-later
# Both devices carry packets of $SIZE bytes at most, where nothing is segmented by a device.
# shellcheck shell=bash disable=SC2034,SC2154
expected=mtu
where=host
needs=ethtool
default_size=576

prepare() {
	in_tx ethtool -K "$TX_DEVICE" tso off gso off
}

inject() {
	in_rx ip link set "$RX_DEVICE" mtu "$SIZE"
	in_tx ip link set "$TX_DEVICE" mtu "$SIZE"
}

undo() {
	in_rx ip link set "$RX_DEVICE" mtu 1500
	in_tx ip link set "$TX_DEVICE" mtu 1500
}
