# SPDX-License-Identifier: GPL-2.0-or-later
# zcrx's sockets have a receive buffer of $SIZE KiB at most.
# shellcheck shell=bash disable=SC2034,SC2154
expected=receive_buffer
where=lab
default_size=64
options=(--rx zcrx --rx-nic zcnic0 --rx-queues 1)
options_after=(--rx-sysctl "net.ipv4.tcp_rmem=4096:$((SIZE * 1024)):$((SIZE * 1024))")
