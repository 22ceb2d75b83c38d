# SPDX-License-Identifier: GPL-2.0-or-later
# The NIC's interrupts come $SIZE microseconds late, which no setting says, and requests wait for them.
# shellcheck shell=bash disable=SC2034,SC2154
expected=round_trip
where=lab
default_size=500
options=(--rpc "1K:1K")

inject() {
	queue delay_us "$SIZE"
}

undo() {
	queue delay_us 0
}
