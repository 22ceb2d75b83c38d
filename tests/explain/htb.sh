# SPDX-License-Identifier: GPL-2.0-or-later
# Each packet that leaves the sender is put in a class of HTB, after $SIZE filters.
# shellcheck shell=bash disable=SC2034,SC2154
expected="qdisc_work programs"
where=host
needs=tc
default_size=300

inject() {
	in_tx tc qdisc add dev "$TX_DEVICE" root handle 1: htb default 9
	in_tx tc class add dev "$TX_DEVICE" parent 1: classid 1:9 htb rate 100gbit burst 10mb quantum 60000
	for i in $(seq "$SIZE"); do
		echo "filter add dev $TX_DEVICE parent 1: pref 1 protocol ip u32 match ip dst 192.0.$((i / 250 % 250)).$((i % 250))/32 classid 1:9"
	done | in_tx tc -batch -
}

undo() {
	in_tx tc qdisc del dev "$TX_DEVICE" root
}
