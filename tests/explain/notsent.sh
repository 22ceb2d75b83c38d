# SPDX-License-Identifier: GPL-2.0-or-later
# A socket takes no more while $SIZE bytes are not sent.
# shellcheck shell=bash disable=SC2034,SC2154
expected=unsent_limit
where=host
default_size=2048

inject() {
	kept=$(in_tx cat /proc/sys/net/ipv4/tcp_notsent_lowat)
	in_tx sh -c "echo $SIZE >/proc/sys/net/ipv4/tcp_notsent_lowat"
}

undo() {
	in_tx sh -c "echo $kept >/proc/sys/net/ipv4/tcp_notsent_lowat"
}
