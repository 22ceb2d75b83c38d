# SPDX-License-Identifier: GPL-2.0-or-later
# The NIC leaves the payload of one packet in $SIZE with its headers.
# shellcheck shell=bash disable=SC2034,SC2154
expected=linear
where=lab
default_size=4
options=(--rx devmem --rx-nic zcnic0 --rx-queues 1 --tx devmem)

inject() {
	queue linear_every "$SIZE"
}

undo() {
	queue linear_every 0
}
