# SPDX-License-Identifier: GPL-2.0-or-later
# The NIC's receive rings have $SIZE descriptors, and what finds none is lost: the sender's device knows no flow control.
# shellcheck shell=bash disable=SC2034,SC2154
expected=loss
where=lab
collect=,qdisc
default_size=64
options_after=(--rx-rx-ring "$SIZE")

prepare() {
	in_tx ethtool -A "$TX_DEVICE" autoneg off rx off
}
