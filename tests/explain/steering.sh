# SPDX-License-Identifier: GPL-2.0-or-later
# Flows that are steered to the queue with zcrx's area come on another one.
# shellcheck shell=bash disable=SC2034,SC2154
expected=zcrx_copies
where=lab
collect=,iouring
default_size=1
options=(--rx zcrx --rx-nic zcnic0 --rx-queues 1)

inject() {
	queue wrong_queue 1
}

undo() {
	queue wrong_queue 0
}
