# SPDX-License-Identifier: GPL-2.0-or-later
# The sender's socket buffers may not grow beyond $SIZE KiB.
# shellcheck shell=bash disable=SC2034,SC2154
expected=send_buffer
where=host
default_size=16

inject() {
	kept=$(in_tx cat /proc/sys/net/ipv4/tcp_wmem)
	set_wmem "4096 $((SIZE * 1024)) $((SIZE * 1024))"
}

undo() {
	set_wmem "$kept"
}

set_wmem() {
	in_tx sh -c "echo $1 >/proc/sys/net/ipv4/tcp_wmem"
}
