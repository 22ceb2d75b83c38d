#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make soak, for a moment: it says that all is well, and sees it where a byte is not, or files stay open.

setup() {
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	mkdir "$BATS_TEST_TMPDIR/b"
}

soak() { # LINE OF rx, AND OF tx, BEFORE zcpath: what a wrapper of it does
	cat >"$BATS_TEST_TMPDIR/b/zcpath" <<-END
		#!/bin/bash
		case " \$* " in *--check*) ;; *) $1 ;; esac
		"$BUILD/zcpath" "\$@" || exit
		case " \$* " in *--check*) ;; " rx "*) $2 ;; esac
	END
	chmod +x "$BATS_TEST_TMPDIR/b/zcpath"
	run env PATIENCE="${patience-60}" ONLY='copy .*--path copy --pacing' tools/soak "$BATS_TEST_TMPDIR/b" 3
	echo "$output"
}

@test "runs that are well, a bad byte, and files that stay open" {
	soak : :
	[ "$status" = 0 ]
	[[ "$output" == *" 0 "*" ok"* && "$output" == *"soak: all is well"* ]]
	soak : 'echo ,rx,path,bad_bytes,,5,bytes'
	[ "$status" = 1 ]
	[[ "$output" == *"5 bad bytes"* && "$output" != *"all is well"* ]]
	soak 'for i in 1 2 3 4 5 6; do exec {fd}</dev/null; sleep 0.4; done' :
	[ "$status" = 1 ]
	[[ "$output" == *"files more"* ]]
	! ip netns | grep zcsoak || false
}

@test "ends that say nothing at all, one that does not end, and bytes that nobody checked, are not well" {
	soak 'exit 5' :
	[ "$status" = 1 ]
	[[ "$output" == *"failed: with exit code 5"* && "$output" != *"all is well"* ]]
	patience=2 soak : 'exec sleep 1000'
	[ "$status" = 1 ]
	[[ "$output" == *"did not end"* && "$output" != *"all is well"* ]]
	# shellcheck disable=SC2016 # for the wrapper
	soak 'set -- ${@/--verify/}' :
	[ "$status" = 1 ]
	[[ "$output" == *"was not verified"* && "$output" != *"all is well"* ]]
}
