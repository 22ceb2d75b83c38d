# SPDX-License-Identifier: GPL-2.0-or-later
# The NIC's receive rings have $SIZE descriptors, and packets find none.
# shellcheck shell=bash disable=SC2034,SC2154
expected=loss
where=lab
default_size=64
options_after=(--rx-rx-ring "$SIZE")
