# SPDX-License-Identifier: GPL-2.0-or-later
# The sender uses BBR, where it used CUBIC.
# shellcheck shell=bash disable=SC2034,SC2154
expected=congestion_control
where=host
default_size=1
options_after=(--cc bbr)
