# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver wakes up for each completion, where it let them gather for $SIZE microseconds.
# shellcheck shell=bash disable=SC2034,SC2154
expected="wakeups none"
where=host
default_size=100
options=(--rx uring --write 4K --pacing 2G --rx-min-wait "$SIZE")
options_after=(--rx-min-wait 0)
