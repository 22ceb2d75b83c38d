# SPDX-License-Identifier: GPL-2.0-or-later
# Each header that HW GRO merges has a page of its own, where several shared one.
# shellcheck shell=bash disable=SC2034,SC2154
expected=header_pages
where=lab
collect=,pagepool,profile
default_size=1
options=(--rx devmem --rx-nic zcnic0 --rx-queues 1 --tx devmem --rx-gro hw)

prepare() {
	undo
}

inject() {
	queue headers 1
}

undo() {
	queue headers 2
}
