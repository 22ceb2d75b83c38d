# SPDX-License-Identifier: GPL-2.0-or-later
# The backlog of a CPU holds $SIZE packets, where the sender segments them itself.
# shellcheck shell=bash disable=SC2034,SC2154
expected=loss
where=host
needs="ethtool"
default_size=8

prepare() {
	in_tx ethtool -K "$TX_DEVICE" tso off gso off
	# Without the receiver's NAPI packets go through the backlog.
	in_rx ethtool -K "$RX_DEVICE" gro off
}

inject() {
	kept=$(cat /proc/sys/net/core/netdev_max_backlog)
	echo "$SIZE" >/proc/sys/net/core/netdev_max_backlog
}

undo() {
	echo "$kept" >/proc/sys/net/core/netdev_max_backlog
}
