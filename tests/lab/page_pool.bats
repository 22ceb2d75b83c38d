#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lab/page-pool, the kernel's own benchmark: by the clock of instructions it finds the same each time, whatever this
# machine does meanwhile. This starts machines itself.

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
}

measure() { # NAME LOOPS
	LOOPS=$2 lab/page-pool "${KERNEL:-7.2}" --clock instructions --cpus 1 --timeout 250 >"$BATS_TEST_TMPDIR/$1"
	cat "$BATS_TEST_TMPDIR/$1"
}

instructions() { # NAME WHAT: of 2 ns each
	awk -F, -v what="$2" '$1 == what { print $2 / 2; n++ } END { exit n != 1 }' "$BATS_TEST_TMPDIR/$1"
}

@test "a page by the pool's array, by its ring and by the page allocator: each dearer, and the same twice" {
	measure a 5000
	measure b 5000
	[ "$(cut -d , -f 1 "$BATS_TEST_TMPDIR/a" | tr '\n' ' ')" = \
		"what for_loop atomic_inc lock no-softirq-page_pool01 no-softirq-page_pool02 no-softirq-page_pool03 " ]
	for what in for_loop no-softirq-page_pool0{1,2,3}; do
		echo "# $what: $(instructions a $what) and $(instructions b $what) instructions" >&3
	done
	# A loop that adds, compares and jumps, and a tick of the clock now and then.
	awk -v n="$(instructions a for_loop)" 'BEGIN { exit !(n >= 2 && n <= 6) }'
	awk -v a="$(instructions a no-softirq-page_pool01)" -v b="$(instructions a no-softirq-page_pool02)" \
		-v c="$(instructions a no-softirq-page_pool03)" 'BEGIN { exit !(a > 20 && b > a * 1.2 && c > b * 2) }'
	for what in no-softirq-page_pool0{1,2,3}; do
		awk -v a="$(instructions a $what)" -v b="$(instructions b $what)" 'BEGIN { exit !(a < b * 1.02 && b < a * 1.02) }'
	done
}
