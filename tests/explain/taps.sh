# SPDX-License-Identifier: GPL-2.0-or-later
# $SIZE packet sockets at the receiver see each packet, and nobody reads them.
# shellcheck shell=bash disable=SC2034,SC2154
expected=taps
where=host
needs="python3"
default_size=8

inject() {
	tap rx "$SIZE"
}

undo() {
	stop
}
