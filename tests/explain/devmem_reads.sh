# SPDX-License-Identifier: GPL-2.0-or-later
# A receive of devmem asks for $SIZE KiB.
# shellcheck shell=bash disable=SC2034,SC2154
expected="late_recycling read_size"
where=lab
default_size=16
options=(--rx devmem --rx-nic zcnic0 --rx-queues 1 --tx devmem --rx-read 8M)
options_after=(--rx-read "${SIZE}K")
