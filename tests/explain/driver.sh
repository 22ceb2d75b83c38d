# SPDX-License-Identifier: GPL-2.0-or-later
# The NIC's driver takes so much longer for each packet as $SIZE turns of a loop of three instructions.
# shellcheck shell=bash disable=SC2034,SC2154
expected=driver
where=lab
collect=,profile
default_size=1500

inject() {
	queue burn "$SIZE"
}

undo() {
	queue burn 0
}
