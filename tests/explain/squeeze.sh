# SPDX-License-Identifier: GPL-2.0-or-later
# Softirqs may handle $SIZE packets in one round, where the sender segments them itself.
# shellcheck shell=bash disable=SC2034,SC2154
expected=squeeze
where=host
needs="ethtool"
default_size=1

prepare() {
	in_tx ethtool -K "$TX_DEVICE" tso off gso off
}

inject() {
	kept=$(cat /proc/sys/net/core/netdev_budget)
	weight=$(cat /proc/sys/net/core/dev_weight)
	echo "$SIZE" >/proc/sys/net/core/netdev_budget
	echo "$SIZE" >/proc/sys/net/core/dev_weight
}

undo() {
	echo "$kept" >/proc/sys/net/core/netdev_budget
	echo "$weight" >/proc/sys/net/core/dev_weight
}
