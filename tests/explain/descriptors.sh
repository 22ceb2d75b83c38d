# SPDX-License-Identifier: GPL-2.0-or-later
# The NIC's receive rings have $SIZE descriptors, and the sender's device waits for one (flow control): nothing is lost.
# shellcheck shell=bash disable=SC2034,SC2154
expected=tx_queue
where=lab
collect=,qdisc
default_size=64
options_after=(--rx-rx-ring "$SIZE")
