# SPDX-License-Identifier: GPL-2.0-or-later
# devmem has $SIZE KiB for what the NIC receives, and the ring of its queue is no larger: the sender's device waits for it.
# shellcheck shell=bash disable=SC2034,SC2154
expected="area tx_queue"
where=lab
default_size=512
options=(--rx devmem --rx-nic zcnic0 --rx-queues 1 --tx devmem)
options_after=(--rx-area "${SIZE}K")
