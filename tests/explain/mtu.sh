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
	ip -n "$name-rx" link set "$RX_DEVICE" mtu "$SIZE"
	ip -n "$name-tx" link set "$TX_DEVICE" mtu "$SIZE"
}

undo() {
	ip -n "$name-rx" link set "$RX_DEVICE" mtu 1500
	ip -n "$name-tx" link set "$TX_DEVICE" mtu 1500
}
