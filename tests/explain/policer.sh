# SPDX-License-Identifier: GPL-2.0-or-later
# tc drops what arrives at the receiver beyond $SIZE Mbit/s.
# shellcheck shell=bash disable=SC2034,SC2154
expected=loss
where=host
needs=tc
default_size=4000

inject() {
	in_rx tc qdisc add dev "$RX_DEVICE" clsact
	in_rx tc filter add dev "$RX_DEVICE" ingress protocol ip matchall action police rate "${SIZE}mbit" burst 1mb drop
}

undo() {
	in_rx tc qdisc del dev "$RX_DEVICE" clsact
}
