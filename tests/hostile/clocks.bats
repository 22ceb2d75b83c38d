#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Clocks that are not what they seem.

setup() {
	[ "$(id -u)" = 0 ] || skip "needs root, for BPF and namespaces"
	unshare --time --monotonic 5000 true 2>/dev/null || skip "no time namespaces here"
	dir=$BATS_TEST_TMPDIR
}

# Its clock is 5000 s ahead of that by which the kernel stamps what programs see.
@test "in a time namespace system calls and softirqs are counted as outside of one" {
	unshare --time --monotonic 5000 --fork "$BUILD/zcprof" attach --warmup 0.1 \
		--collect syscalls,softirq,pagealloc --exact -o "$dir/x.csv" -- \
		sh -c 'i=0; while [ $i -lt 4000 ]; do /bin/true; i=$((i + 1)); done'
	calls=$(awk -F, '$1 == "" && $4 == "calls" && $5 ~ /^(clone|vfork|wait4)$/ { n += $6 } END { printf "%.0f\n", n }' "$dir/x.csv")
	allocs=$(awk -F, '$1 == "" && $3 == "pagealloc" && $4 == "allocs" { n += $6 } END { printf "%.0f\n", n }' "$dir/x.csv")
	echo "$calls calls, $allocs allocations"
	[ "$calls" -ge 20 ]
	[ "$allocs" -ge 200 ]
}
