# SPDX-License-Identifier: GPL-2.0-or-later
# A task of the real-time class takes $SIZE % of an end's CPU, in turns of 10 ms.
# shellcheck shell=bash disable=SC2034,SC2154
ends="rx tx"
expected=neighbour
where=host
needs="chrt python3"
default_size=30

inject() {
	spin "$CPU" "$SIZE"
}

undo() {
	stop
}
