#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# By the clock of instructions a machine that has all it needs in its memory does the same each time, or nearly:
# what 'make lab-kernels' builds on. This starts machines itself.

bats_require_minimum_version 1.5.0

# record NUMBER BURN: of a small transfer
record() {
	# shellcheck disable=SC2016 # expanded there
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

boot() {
	sed -n 's/^,host,fact,host,boot,//p' "$BATS_TEST_TMPDIR/$1"/runs/*/run-1.csv
}

@test "twice the same, within a thousandth; and a driver that is made slower is, by more" {
	record 1 0
	record 2 0
	record 3 1000
	echo "# window: $(window 1) ns, $(window 2) ns; with 3000 instructions more for each packet $(window 3) ns" >&3
	# Equal or not, they are runs of two machines, and no copies.
	[ "$(boot 1)" != "$(boot 2)" ]
	run --separate-stderr "$BUILD/zcroi" table "$BATS_TEST_TMPDIR"/{1,2}/runs
	# shellcheck disable=SC2154 # run sets it
	[ "$status" = 0 ] && [[ $stderr != *copy* ]] || false
	awk -v a="$(window 1)" -v b="$(window 2)" -v c="$(window 3)" 'BEGIN {
		exit !(b < a * 1.001 && a < b * 1.001 && c > a * 1.1) }'
}
