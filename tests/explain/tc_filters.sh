# SPDX-License-Identifier: GPL-2.0-or-later
# Every packet walks $SIZE filters of tc at the receiver's device.
# shellcheck shell=bash disable=SC2034,SC2154
expected=programs
where=host
needs=tc
default_size=500

inject() {
	in_rx tc qdisc add dev "$RX_DEVICE" clsact
	for i in $(seq "$SIZE"); do
		echo "filter add dev $RX_DEVICE ingress pref 1 protocol ip u32 match ip src 192.0.$((i / 250 % 250)).$((i % 250))/32 classid 1:1"
	done | in_rx tc -batch -
}

undo() {
	in_rx tc qdisc del dev "$RX_DEVICE" clsact
}
