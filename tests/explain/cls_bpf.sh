# SPDX-License-Identifier: GPL-2.0-or-later
# $SIZE classic BPF programs of tc look at each packet that leaves the sender.
# shellcheck shell=bash disable=SC2034,SC2154
expected=programs
where=host
needs=tc
default_size=100

inject() {
	in_tx tc qdisc add dev "$TX_DEVICE" clsact
	for i in $(seq "$SIZE"); do
		echo "filter add dev $TX_DEVICE egress pref $i protocol ip bpf bytecode '4,48 0 0 9,21 0 1 254,6 0 0 4294967295,6 0 0 0' classid 1:1"
	done | in_tx tc -batch -
}

undo() {
	in_tx tc qdisc del dev "$TX_DEVICE" clsact
}
