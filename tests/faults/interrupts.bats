#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a journal of the dead says of interrupts, whose numbers others may have by now: made-up ones, which only this
# test sees.

setup() {
	[ "$(id -u)" = 0 ] || skip "takes root, to mount"
	unshare -m true 2>/dev/null || skip "no mount namespaces here"
	cd "$BATS_TEST_TMPDIR" || return
	cat >apart <<-'END'
		#!/bin/bash
		# apart FOLDER: its irq and kernel are those of the machine, its run what the dead left
		set -e
		mkdir -p /run/zcprof
		mount --bind "$1/irq" /proc/irq
		mount --bind "$1/kernel" /sys/kernel/irq
		mount --bind "$1/run" /run/zcprof
		exec "$BUILD/zcprof" restore
	END
	chmod +x apart
	mkdir irq kernel run
	chmod 755 run
	boot=$(cat /proc/sys/kernel/random/boot_id)
}

interrupt() { # NUMBER CPUS NAME CHIP HWIRQ
	mkdir irq/$1 kernel/$1
	echo "$2" >irq/$1/smp_affinity_list
	echo "$3" >kernel/$1/actions
	echo "$4" >kernel/$1/chip_name
	echo "$5" >kernel/$1/hwirq
}

left() { # CHANGE...: by one that died, one line each
	printf '%s\n' "zcprof-journal 3 999999 1 $boot" "$@" >run/999999.1.1
}

restore() {
	run unshare -m --propagation private ./apart "$PWD"
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$(ls run)" ]
}

cpus_of() {
	cat "irq/$1/smp_affinity_list"
}

@test "an interrupt that is called as it was gets its CPUs back" {
	interrupt 30 1 eth0-TxRx-0 PCI-MSIX-0000:03:00.0 5
	left "irq - irq/30 0,2-3 PCI-MSIX-0000:03:00.0:5 eth0-TxRx-0"
	restore
	[ "$(cpus_of 30)" = 0,2-3 ]
	[[ "$output" == *"put back 1 setting"* ]]
}

@test "one that has another number by now is found by its name, and whoever has its number is left alone" {
	interrupt 30 7 "eth1-TxRx-0" PCI-MSIX-0000:04:00.0 0
	interrupt 41 1 "eth0 TxRx 0" PCI-MSIX-0000:03:00.0 5
	left "irq_kept - irq/30 0-3 PCI-MSIX-0000:03:00.0:5 eth0 TxRx 0"
	restore
	[ "$(cpus_of 30)" = 7 ]
	[ "$(cpus_of 41)" = 0-3 ]
}

@test "where none is called as it was, or several are, nothing is put back, and that is said" {
	interrupt 30 7 $'eth1\e[2J-0' PCI-MSIX-0000:04:00.0 0
	left "irq - irq/30 0-3 PCI-MSIX-0000:03:00.0:5 eth0-TxRx-0"
	restore
	[ "$(cpus_of 30)" = 7 ]
	[[ "$output" == *"the CPUs of irq/30 are left as they are: it was of eth0-TxRx-0 and is of eth1\\x1b[2J-0 now, and none is called as it was"* ]]
	interrupt 31 5 eth0-TxRx-0 PCI-MSIX-0000:05:00.0 0
	interrupt 32 6 eth0-TxRx-0 PCI-MSIX-0000:06:00.0 0
	left "irq - irq/30 0-3 PCI-MSIX-0000:03:00.0:5 eth0-TxRx-0"
	restore
	[ "$(cpus_of 30) $(cpus_of 31) $(cpus_of 32)" = "7 5 6" ]
	[[ "$output" == *"and several are called as it was"* ]]
}

@test "while its device is down an interrupt has no name, and is known by its chip" {
	interrupt 30 1 "" PCI-MSIX-0000:03:00.0 5
	interrupt 31 1 "" PCI-MSIX-0000:04:00.0 5
	left "irq - irq/30 0-3 PCI-MSIX-0000:03:00.0:5 eth0-TxRx-0" "irq - irq/31 0-3 PCI-MSIX-0000:03:00.0:6 eth0-TxRx-1"
	restore
	[ "$(cpus_of 30)" = 0-3 ]
	[ "$(cpus_of 31)" = 1 ]
	[[ "$output" == *"it was of eth0-TxRx-1 and is of nobody now"* ]]
}

@test "every second of a thousand CPUs is a long list" {
	interrupt 30 1 eth0-TxRx-0 PCI-MSIX-0000:03:00.0 5
	list=$(seq -s , 0 2 1998 | head -c 3900 | sed 's/,[0-9]*$//')
	left "irq - irq/30 $list PCI-MSIX-0000:03:00.0:5 eth0-TxRx-0"
	restore
	[ "$(cpus_of 30)" = "$list" ]
}

@test "what another boot's journal says is not applied" {
	interrupt 30 1 eth0-TxRx-0 PCI-MSIX-0000:03:00.0 5
	boot=01234567-89ab-cdef-0123-456789abcdef
	left "irq - irq/30 0-3 PCI-MSIX-0000:03:00.0:5 eth0-TxRx-0" \
		"file - $PWD/irq/30/smp_affinity_list 0-3" "mtu 4026531840:1 lo 1400"
	mtu=$(cat /sys/class/net/lo/mtu)
	restore
	[ "$(cpus_of 30)" = 1 ]
	[ "$(cat /sys/class/net/lo/mtu)" = "$mtu" ]
	[[ "$output" == *"3 settings that process 999999 had changed before this machine was started anew: nothing to put back"* ]]
}
