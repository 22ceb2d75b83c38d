# SPDX-License-Identifier: GPL-2.0-or-later
# The NIC waits $SIZE microseconds before it interrupts (interrupt coalescing), and requests wait for it.
# shellcheck shell=bash disable=SC2034,SC2154
expected=interrupts
where=lab
default_size=500
options=(--rpc "1K:1K")
options_after=(--rx-coalesce "rx-usecs=$SIZE")
