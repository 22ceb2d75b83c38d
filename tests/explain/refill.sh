# SPDX-License-Identifier: GPL-2.0-or-later
# zcrx's refill queue has $SIZE entries.
# shellcheck shell=bash disable=SC2034,SC2154
expected=refill
where=lab
default_size=16
options=(--rx zcrx --rx-nic zcnic0 --rx-queues 1)
options_after=(--rx-refill "$SIZE")
