# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # pair.sh reads them
# A task of the real-time class takes $SIZE % of the sender's CPU, in turns of 10 ms.
expected=neighbour
where=host
needs="chrt python3"
default_size=30

inject() {
	spin "$TX_CPU" "$SIZE"
}

undo() {
	stop
}
