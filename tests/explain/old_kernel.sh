# SPDX-License-Identifier: GPL-2.0-or-later
# Linux 6.12 in place of 7.2.
# shellcheck shell=bash disable=SC2034,SC2154
expected=kernel
where=lab
collect=,profile
kernels="7.2 6.12"
default_size=1
