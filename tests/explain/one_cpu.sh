# SPDX-License-Identifier: GPL-2.0-or-later
# Both ends run on one CPU.
# shellcheck shell=bash disable=SC2034,SC2154
expected="one_cpu two_cpus"
where=host
default_size=1
options_after=(--tx-cpu "$RX_CPU")
