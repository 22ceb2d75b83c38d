# SPDX-License-Identifier: GPL-2.0-or-later
# A connection may have $SIZE bytes below TCP (TCP small queues).
# shellcheck shell=bash disable=SC2034,SC2154
expected=small_queues
where=host
default_size=2048

inject() {
	kept=$(in_tx cat /proc/sys/net/ipv4/tcp_limit_output_bytes)
	in_tx sh -c "echo $SIZE >/proc/sys/net/ipv4/tcp_limit_output_bytes"
}

undo() {
	in_tx sh -c "echo $kept >/proc/sys/net/ipv4/tcp_limit_output_bytes"
}
