# SPDX-License-Identifier: GPL-2.0-or-later
# The sender's device computes no checksums, so that the kernel does.
# shellcheck shell=bash disable=SC2034,SC2154
expected=checksum
where=host
needs=ethtool
default_size=1

inject() {
	in_tx ethtool -K "$TX_DEVICE" tx off
}

undo() {
	in_tx ethtool -K "$TX_DEVICE" tx on tso on
}
