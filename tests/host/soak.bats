#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# make soak, for a moment: it says that all is well, and sees it where a byte is not, or files stay open.

setup() {
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	mkdir "$BATS_TEST_TMPDIR/b"
}

# All of it in the end leaves no namespace.
soak() { # LINE, AND LINE OF rx: what a wrapper of zcpath does before it, and after it; and LINE while it runs
	cat >"$BATS_TEST_TMPDIR/b/zcpath" <<-END
		#!/bin/bash
		case " \$* " in *--check*) ;; *) $1 ;; esac
		"$BUILD/zcpath" "\$@" &
		case " \$* " in *--check*) ;; *) ${3-:} ;; esac
		wait \$! || exit
		case " \$* " in *--check*) ;; " rx "*) $2 ;; esac
	END
	chmod +x "$BATS_TEST_TMPDIR/b/zcpath"
	PATIENCE=${patience-60} ONLY='copy .*--path copy --pacing' \
		run bash -c 'echo $$ >"$0/pid"; exec tools/soak "$0" 3' "$BATS_TEST_TMPDIR/b"
	echo "$output"
	# Its namespaces, not those of another one beside it.
	! find /run/netns -name "zcsoak$(cat "$BATS_TEST_TMPDIR/b/pid")-*" | grep . || return
}

@test "runs that are well, a bad byte, and files that stay open" {
	soak : :
	[ "$status" = 0 ]
	[[ "$output" == *" 0 "*" ok"* && "$output" == *"soak: all is well"* ]]
	soak : 'echo ,rx,path,bad_bytes,,5,bytes'
	[ "$status" = 1 ]
	[[ "$output" == *"5 bad bytes"* && "$output" != *"all is well"* ]]
	# shellcheck disable=SC2016 # for the wrapper
	soak : : 'while kill -0 $!; do exec {fd}</dev/null; sleep 0.2; done'
	[ "$status" = 1 ]
	[[ "$output" == *"files more"* ]]
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
