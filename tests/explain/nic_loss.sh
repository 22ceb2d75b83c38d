# SPDX-License-Identifier: GPL-2.0-or-later
# The NIC loses one packet in $SIZE.
# shellcheck shell=bash disable=SC2034,SC2154
expected=loss
where=lab
default_size=50

inject() {
	queue drop_every "$SIZE"
}

undo() {
	queue drop_every 0
}
