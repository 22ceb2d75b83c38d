# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody else, and no option of zcprof, has packets spread to the receiver's CPU (RPS).
# shellcheck shell=bash disable=SC2034,SC2154
expected=softirq_cpu
where=host
default_size=1

inject() {
	set_rps "$(printf %x $((1 << RX_CPU)))"
}

undo() {
	set_rps 0
}

set_rps() {
	in_rx sh -c "echo $1 >/sys/class/net/$RX_DEVICE/queues/rx-0/rps_cpus"
}
