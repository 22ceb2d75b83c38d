# SPDX-License-Identifier: GPL-2.0-or-later
# What arrives at the receiver goes through a token bucket of $SIZE Mbit/s, on a device in between.
# shellcheck shell=bash disable=SC2034,SC2154
expected="qdisc loss programs setting"
where=host
needs=tc
default_size=5000

prepare() {
	in_rx ip link add explain0 type ifb
	in_rx ip link set explain0 up
}

inject() {
	in_rx tc qdisc add dev explain0 root tbf rate "${SIZE}mbit" burst 1mb latency 10ms
	in_rx tc qdisc add dev "$RX_DEVICE" clsact
	in_rx tc filter add dev "$RX_DEVICE" ingress protocol ip u32 match u32 0 0 action mirred egress redirect dev explain0
}

undo() {
	in_rx tc qdisc del dev "$RX_DEVICE" clsact
	in_rx tc qdisc del dev explain0 root
}
