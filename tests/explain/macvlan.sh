# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver's address is on a device of its own above the veth's.
# shellcheck shell=bash disable=SC2034,SC2154
expected="devices none"
where=host
default_size=1

inject() {
	in_rx ip link add link "$RX_DEVICE" name explain0 type macvlan mode bridge
	in_rx ip addr del 10.7.7.1/24 dev "$RX_DEVICE"
	in_rx ip addr add 10.7.7.1/24 dev explain0
	in_rx ip link set explain0 up
	in_tx ip neigh flush all
}

undo() {
	in_rx ip link del explain0
	in_rx ip addr add 10.7.7.1/24 dev "$RX_DEVICE"
	in_tx ip neigh flush all
}
