#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A published study in the lab (make lab-studies): its records come out of the machine, the same command goes on, and
# what was published stands beside its figures. This starts machines itself.

bats_require_minimum_version 1.5.0

study() {
	run --separate-stderr tools/lab-studies "$BATS_TEST_TMPDIR" "$@" --seconds 0.1 --warmup 0 --collect cpu
	echo "$output" "$stderr"
}

setup() {
	ln -s "$BUILD"/zc* "$BATS_TEST_TMPDIR"
	out=$BATS_TEST_TMPDIR/lab/studies/${KERNEL:-7.2}
}

@test "a study runs on the software NIC, and goes on where it was" {
	study send-zc-tcp.plan "${KERNEL:-7.2}" --set SIZES=4K --tx uring,send_zc --skip flush-every=8 --skip plain-buffers=yes --repeat 1
	[ "$status" -eq 0 ]
	[[ $output == *Begunkov*1.478* ]]
	first=("$out"/send-zc-tcp/*tx=send_zc*/run-1.csv)
	grep -q '^,tx,path,bytes_zerocopy,,[1-9]' "${first[0]}"
	at=$(stat -c %Y "${first[0]}")
	study send-zc-tcp.plan "${KERNEL:-7.2}" --set SIZES=4K --tx uring,send_zc --skip flush-every=8 --skip plain-buffers=yes --repeat 2
	[ "$status" -eq 0 ]
	[ -e "${first[0]/run-1/run-2}" ]
	[ "$(stat -c %Y "${first[0]}")" = "$at" ]
}

@test "a study that there is not" {
	study nonsense
	[ "$status" -eq 2 ]
	[[ $stderr == *"no study is called nonsense"* ]]
}
