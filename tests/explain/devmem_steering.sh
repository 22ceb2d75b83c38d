# SPDX-License-Identifier: GPL-2.0-or-later
# Flows that are steered to the queue with device memory come on another one, in ordinary pages.
# shellcheck shell=bash disable=SC2034,SC2154
expected=linear
where=lab
collect=,profile
default_size=1
options=(--rx devmem --rx-nic zcnic0 --rx-queues 1 --tx devmem)

inject() {
	bound wrong_queue 1
}

undo() {
	bound wrong_queue 0
}
