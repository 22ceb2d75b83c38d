# SPDX-License-Identifier: GPL-2.0-or-later
# The NIC leaves the payload of one packet in $SIZE with its headers, and zcrx has to copy it.
# shellcheck shell=bash disable=SC2034,SC2154
expected=zcrx_copies
where=lab
collect=,iouring
default_size=4
options=(--rx zcrx --rx-nic zcnic0 --rx-queues 1)

inject() {
	queue linear_every "$SIZE"
}

undo() {
	queue linear_every 0
}
