# SPDX-License-Identifier: GPL-2.0-or-later
# The sender's route to the receiver says $SIZE bytes, as one that was learned from a path may.
# shellcheck shell=bash disable=SC2034,SC2154
expected=mtu
where=host
default_size=600

inject() {
	in_tx ip route change 10.7.7.0/24 dev "$TX_DEVICE" src 10.7.7.2 mtu lock "$SIZE"
}

undo() {
	in_tx ip route change 10.7.7.0/24 dev "$TX_DEVICE" src 10.7.7.2
}
