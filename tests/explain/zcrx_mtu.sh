# SPDX-License-Identifier: GPL-2.0-or-later
# Packets of $SIZE bytes, where each filled a page of zcrx's area.
# shellcheck shell=bash disable=SC2034,SC2154
expected=mtu
where=lab
default_size=1500
options=(--rx zcrx --rx-nic zcnic0 --rx-queues 1)
options_after=(--mtu "$SIZE")
