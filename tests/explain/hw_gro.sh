# SPDX-License-Identifier: GPL-2.0-or-later
# The NIC merges no packets, and neither does the kernel.
# shellcheck shell=bash disable=SC2034,SC2154
expected=gro
where=lab
collect=,skb,profile
default_size=1
options=(--rx-gro hw)
options_after=(--rx-gro off)
