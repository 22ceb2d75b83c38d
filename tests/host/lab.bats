#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lab/vm: what comes out of a command that runs on another kernel. A kernel must be in the cache
# already ("lab/kernel get 6.12"): these tests fetch nothing.

setup() {
	dir=$BATS_TEST_TMPDIR
	cd "$BATS_TEST_DIRNAME/../.." || return
}

needs_kernel() {
	for needed in qemu-system-x86_64 busybox cpio modprobe; do
		PATH=$PATH:/usr/sbin:/sbin command -v $needed >/dev/null || skip "$needed is not installed"
	done
	kernel=$(find "${XDG_CACHE_HOME:-$HOME/.cache}/zcprof/lab" -maxdepth 1 -name 'kernel-*' -printf '%f\n' \
		2>/dev/null | sort -V | tail -n 1)
	kernel=${kernel#kernel-}
	[ -n "$kernel" ] || skip "no kernel has been fetched: lab/kernel get 6.12"
}

@test "a command's output, results and exit status come out, and without any network" {
	needs_kernel
	run unshare -rn lab/vm --kernel "$kernel" --out "$dir/out" --timeout 120 -- \
		sh -c 'uname -r; ulimit -l; echo 12 >"$OUT/result"; echo lost >"$PWD/written-in-the-guest"; exit 7'
	echo "$output"
	[ "$status" -eq 7 ]
	[[ ${lines[0]} == "$kernel".* ]]
	[ "${lines[1]}" = unlimited ]
	[ "$(<"$dir/out/result")" = 12 ]
	[ ! -e written-in-the-guest ]
}

@test "a command that never ends is stopped, with one sentence" {
	needs_kernel
	run lab/vm --kernel "$kernel" --out "$dir/out" --timeout 15 -- sleep 1000
	echo "$output"
	[ "$status" -eq 124 ]
	[[ ${lines[-1]} == "lab/vm: kernel $kernel."*" was stopped after 15 s; its log is "* ]]
}

@test "by the clock of instructions a guest that sleeps costs no time" {
	needs_kernel
	run lab/vm --kernel "$kernel" --out "$dir/out" --timeout 120 --clock instructions -- sleep 600
	echo "$output"
	[ "$status" -eq 0 ]
	run lab/vm --kernel "$kernel" --clock sun -- true
	[ "$status" -eq 2 ]
}

@test "a kernel that complains makes a success a failure, and its words are shown" {
	needs_kernel
	run lab/vm --kernel "$kernel" --out "$dir/out" --timeout 120 -- \
		sh -c 'echo "<4>WARNING: made up" >/dev/kmsg'
	echo "$output"
	[ "$status" -eq 125 ]
	[[ $output == *"WARNING: made up"*"complained as above"* ]]
}

@test "without QEMU one sentence says what to install, exit 3" {
	mkdir "$dir/bin"
	for program in dirname realpath sed id; do
		ln -s "$(command -v $program)" "$dir/bin/"
	done
	bash=$(command -v bash)
	sed 's|^PATH=.*|:|' lab/vm >"$dir/vm"
	run env PATH="$dir/bin" "$bash" "$dir/vm" --kernel 6.12 -- true
	echo "$output"
	[ "$status" -eq 3 ]
	[ "$output" = "lab/vm: needs qemu-system-x86_64: tools/install-deps lab" ]
}
