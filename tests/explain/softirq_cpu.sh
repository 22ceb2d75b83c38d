# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver's softirq work is done on the receiver's own CPU, where it was the sender's.
# shellcheck shell=bash disable=SC2034,SC2154
expected=softirq_cpu
where=host
default_size=1
options_after=(--rx-irq-cpu "$RX_CPU")
