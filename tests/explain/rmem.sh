# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034 # pair.sh reads them
# The receiver's socket buffers may not grow beyond $SIZE KiB.
expected=receive_buffer
where=host
default_size=64

inject() {
	kept=$(in_rx cat /proc/sys/net/ipv4/tcp_rmem)
	set_rmem "4096 $((SIZE * 1024 / 2)) $((SIZE * 1024))"
}

undo() {
	set_rmem "$kept"
}

set_rmem() {
	in_rx sh -c "echo $1 >/proc/sys/net/ipv4/tcp_rmem"
}
