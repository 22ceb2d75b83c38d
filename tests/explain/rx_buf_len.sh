# SPDX-License-Identifier: GPL-2.0-or-later
# zcrx's buffers are of $SIZE KiB, where they were of 32; packets that the card merges fill them.
# shellcheck shell=bash disable=SC2034,SC2154
expected=rx_buf_len
where=lab
default_size=4
options=(--rx zcrx --rx-nic zcnic0 --rx-queues 1 --rx-hugepages=yes --rx-gro hw --rx-rx-buf-len 32K)
options_after=(--rx-rx-buf-len "${SIZE}K")

# Twice an area: a ring that is closed gives its own back a moment later.
prepare() {
	echo 72 >/proc/sys/vm/nr_hugepages
}
