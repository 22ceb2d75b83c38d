# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel works around what is wrong with the CPU.
# shellcheck shell=bash disable=SC2034,SC2154
expected=mitigations
where=lab
collect=,profile
kernels="7.2 7.2,mitigations=auto"
default_size=1
options=(--rx-read 8K --write 8K)
