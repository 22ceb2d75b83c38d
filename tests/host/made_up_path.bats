#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A path is its file and one line: a made-up one in a copy of the tree is built, listed, and moves
# bytes, with its own options, and nothing else was touched.

bats_require_minimum_version 1.5.0
load zcpath

setup() {
	zcpath_setup
}

teardown() {
	zcpath_teardown
}

@test "a made-up path is its file and one line" {
	tree=$BATS_TEST_DIRNAME/../..
	mkdir copy
	(cd "$tree" && tar -cf - Makefile VERSION tools base record nic bpf vmlinux datapath) | tar -xf - -C copy
	sed 's/path_rx_copy/path_rx_wishful/; s/\.name = "copy"/.name = "wishful"/; s/rx_copy/rx_wishful/g' \
		copy/datapath/rx_copy.c >copy/datapath/rx_wishful.c
	echo 'PATH(rx, wishful, ONLY(blocking))' >>copy/record/paths.def
	nice make -C copy -s -j2 B=build CFLAGS=-O0 build/zcpath
	"copy/build/zcpath" paths | grep '^rx *wishful *yes'
	BUILD=$PWD/copy/build
	both --path wishful --blocking -- --bytes 1M --verify
	[ "$(value rx bytes_life)" = 1048576 ]
	[ "$(value rx calls recvfrom)" -gt 0 ]
	run --separate-stderr "$BUILD/zcpath" rx --path wishful --buffers 8
	[ "$status" = 2 ]
	[[ "$stderr" == *"--buffers has no meaning for --path wishful"* ]]
}
