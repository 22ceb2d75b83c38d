# SPDX-License-Identifier: GPL-2.0-or-later
# Flows that are steered to the queue with zcrx's area come on another one.
# shellcheck shell=bash disable=SC2034,SC2154
expected=zcrx_copies
where=lab
default_size=1
# What is copied takes its buffers from the area too, which lasts for all of the run.
options=(--rx zcrx --rx-nic zcnic0 --rx-queues 1 --rx-area 512M)

inject() {
	bound wrong_queue 1
}

undo() {
	bound wrong_queue 0
}
