#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lab/vm: what comes out of a command that runs on another kernel. A kernel must be in the cache
# already ("lab/kernel get 6.12"): these tests fetch nothing.

bats_require_minimum_version 1.5.0

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
	# A machine that had to be started twice says so, to stderr.
	run --separate-stderr unshare -rn lab/vm --kernel "$kernel" --out "$dir/out" --timeout 120 -- \
		sh -c 'uname -r; ulimit -l; echo 12 >"$OUT/result"; echo lost >"$PWD/written-in-the-guest"; exit 7'
	# shellcheck disable=SC2154 # run sets it
	echo "$output $stderr"
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

# On a busy host a kernel may take the pace of its clock from a counter that stood still meanwhile: times would be a tenth.
@test "a machine whose clock would not go as this one's is started again and told its pace, which is no death of it" {
	needs_kernel
	mkdir "$dir/fake"
	cat >"$dir/fake/qemu-system-x86_64" <<-'END'
		#!/bin/bash
		for word; do case $word in file:*/kernel.log) log=${word#file:} ;; esac; done
		case $* in
		*" tsc_early_khz=2593208 "* | *" tsc_early_khz=2593208") echo 0 >"${log%/*}/share/rc" ;;
		*) echo "[    0.044000] tsc: PIT calibration deviates from HPET: 240242 2593208" >"$log" ;;
		esac
	END
	chmod +x "$dir/fake/qemu-system-x86_64"
	PATH=$dir/fake:$PATH run lab/vm --kernel "$kernel" --out "$dir/out" --again 0 -- true
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == "lab/vm: the clock of kernel $kernel."*" would not have gone as this machine's, which is busy; once more, with its pace told" ]]
}

# A machine without the lab's packages, for whom $1 is the user, and $2 what tools/install-deps does; then
# the script of the lab.
on_a_bare_machine() { # UID INSTALL SCRIPT ARGUMENT...
	local program uid=$1 install=$2
	shift 2
	rm -rf "$dir/bin" "$dir/tree" "$dir/cache"
	mkdir -p "$dir/bin" "$dir/tree/tools"
	for program in bash cat dirname realpath sed env cut tail awk mkdir mktemp rm grep sort sha256sum head uname chmod; do
		ln -s "$(command -v $program)" "$dir/bin/"
	done
	cp -r lab "$dir/tree/"
	cp tools/attended "$dir/tree/tools/"
	sed -i 's|^PATH=.*||; s|/usr/bin/python3|false|' "$dir/tree/lab/needs"
	printf '#!/bin/bash\necho %s\n' "$uid" >"$dir/bin/id"
	printf '#!/bin/bash\n%s\n' "$install" >"$dir/tree/tools/install-deps"
	chmod +x "$dir/bin/id" "$dir/tree/tools/install-deps"
	# What has been fetched before may be there, and does not count.
	mkdir -p "$dir/cache/zcprof/lab"
	echo "6.12 linux-image-6.12-amd64 6.12.1-1" >"$dir/cache/zcprof/lab/kernels"
	run env PATH="$dir/bin" XDG_CACHE_HOME="$dir/cache" "$dir/tree/lab/$@"
	echo "$output"
}

@test "an ordinary user without the lab's packages is told in one sentence what to type, exit 3" {
	while read -r script needs; do
		# shellcheck disable=SC2086 # words
		on_a_bare_machine 1000 'echo "never called"' ${script//,/ }
		[ "$status" -eq 3 ]
		[ "$output" = "lab/$needs: run 'tools/install-deps lab' as root" ]
	done <<-END
		vm,--kernel,6.12,--,true vm: needs qemu-system-x86_64, busybox, cpio, modprobe, xz
		run,--kernel,6.12,--,true vm: needs qemu-system-x86_64, busybox, cpio, modprobe, xz
		first,6.12 vm: needs qemu-system-x86_64, busybox, cpio, modprobe, xz
		kernel,get,6.12 kernel: needs depmod
		kernel,build,6.12 kernel: needs depmod
		module,6.12 kernel: needs depmod
		selftests,6.12 selftests: needs socat, gcc, make, yaml, jsonschema
	END
}

@test "for root what the lab lacks is installed, and what could not be is said by the installer alone" {
	for script in "run --kernel 6.12 -- true" "kernel build 6.12" "module 6.12" "selftests 6.12"; do
		# shellcheck disable=SC2086 # words
		on_a_bare_machine 0 'echo "asked for $*" >&2; exit 1' $script
		[ "$status" -eq 3 ]
		[ "$output" = "asked for lab" ]
	done
	on_a_bare_machine 0 "printf '#!/bin/bash\\nexit 7\\n' >$dir/bin/depmod; chmod +x $dir/bin/depmod" kernel get 6.12
	[ "$status" -eq 3 ]
	[[ $output == "lab/kernel: fetches kernels with apt-get, which is not here" ]]
	on_a_bare_machine 0 true module 6.12
	[ "$status" -eq 3 ]
	[ "$output" = "lab/kernel: needs depmod, which 'tools/install-deps lab' did not bring: install it by hand" ]
}

@test "each script of the lab says by --help how it is called, and does nothing; without arguments it is wrong usage" {
	for script in vm run two pod ports peer kernel module first selftests page-pool; do
		run -0 --separate-stderr "lab/$script" --help
		[[ $output == *"lab/$script"* ]]
		# shellcheck disable=SC2154 # run sets it
		[ -z "$stderr" ]
		[[ $output != *"set -"* ]]
	done
	for script in vm run two pod ports peer kernel; do
		run -2 --separate-stderr "lab/$script"
		[[ $stderr == *"lab/$script"* ]]
		[ -z "$output" ]
	done
	# Not in the lab's machine: it makes nothing here.
	unshare -rnm true 2>/dev/null || return 0
	run -3 unshare -rnm sh -c 'mount -t tmpfs none /run && lab/pod -- true'
	[[ $output == "lab/pod: there is no zcnic0 of a namespace rx here: call it in lab/run's machine" ]]
}
