# SPDX-License-Identifier: GPL-2.0-or-later
# zcrx has $SIZE KiB for what the NIC receives.
# shellcheck shell=bash disable=SC2034,SC2154
expected=area
where=lab
default_size=512
options=(--rx zcrx --rx-nic zcnic0 --rx-queues 1)
options_after=(--rx-area "${SIZE}K")
