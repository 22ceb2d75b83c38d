# SPDX-License-Identifier: GPL-2.0-or-later
# $SIZE packet sockets at an end see each packet, and nobody reads them.
# shellcheck shell=bash disable=SC2034,SC2154
ends="rx tx"
expected=taps
where=host
needs="python3"
default_size=8

inject() {
	tap "$END" "$SIZE"
}

undo() {
	stop
}
