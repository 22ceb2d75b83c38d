#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# By the clock of instructions a machine that has all it needs in its memory does the same each time: what
# 'make lab-kernels' builds on. This starts machines itself.

bats_require_minimum_version 1.5.0

# record NUMBER BURN: of a small transfer
record() {
	lab/run --kernel "${KERNEL:-7.2}" --mtu 4148 --cpus 1 --clock instructions:4 --out "$BATS_TEST_TMPDIR/now" \
		--only "$BUILD/zcprof" --only "$BUILD/zcpath" -- \
		env PATH="$BUILD:$PATH" BURN="$2" bash -euc '
			echo "$BURN" >/sys/kernel/debug/zcnic/zcnic.0/rx1/burn
			zcprof run --link netns:rx,tx --rx zcrx --rx-nic zcnic0 --rx-queues 1 --rx-cpu 0 --tx-cpu 0 \
				--cc cubic --warmup 0 --bytes 8M --repeat 1 --exact --collect cpu,profile -o "$OUT/runs"'
	mv "$BATS_TEST_TMPDIR/now" "$BATS_TEST_TMPDIR/$1"
}

window() {
	awk -F, '$2 == "rx" && $4 == "window_ns" { print $6 }' "$BATS_TEST_TMPDIR/$1"/runs/*/run-1.csv
}

@test "twice the same, to the instruction; and a driver that is made slower is" {
	record 1 0
	record 2 0
	diff -r "$BATS_TEST_TMPDIR/1/runs" "$BATS_TEST_TMPDIR/2/runs"
	record 3 1000
	echo "# window: $(window 1) ns, $(window 2) ns; with 3000 instructions more for each packet $(window 3) ns" >&3
	[ "$(window 3)" -gt "$(window 1)" ]
}
