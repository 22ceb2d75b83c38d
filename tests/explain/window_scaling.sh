# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver offers no scale for its window, which stays at 64 KiB.
# shellcheck shell=bash disable=SC2034,SC2154
expected="receive_window receive_buffer"
where=host
default_size=1
options_after=(--rx-sysctl net.ipv4.tcp_window_scaling=0)
