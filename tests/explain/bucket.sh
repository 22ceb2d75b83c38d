# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # pair.sh reads them
# A token bucket of $SIZE Mbit/s on the sender's device.
expected=qdisc
where=host
needs=tc
default_size=5000

inject() {
	in_tx tc qdisc add dev "$TX_DEVICE" root tbf rate "${SIZE}mbit" burst 1mb latency 10ms
}

undo() {
	in_tx tc qdisc del dev "$TX_DEVICE" root
}
