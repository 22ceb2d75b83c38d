# SPDX-License-Identifier: GPL-2.0-or-later
# The sender has $SIZE sends in flight.
# shellcheck shell=bash disable=SC2034,SC2154
expected="setting none"
where=host
default_size=1
options=(--tx uring)
options_after=(--depth "$SIZE")
