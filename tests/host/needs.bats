#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tree's scripts, tests and programs use is brought by the lists of tools/install-deps, or is in
# every Debian: tests/tool/needs.py. make test-bare tries the same in a bare system.

setup() {
	[ -r /var/lib/dpkg/status ] || skip "which package a command is of is asked of dpkg, which is not here"
	needs=$PWD/tests/tool/needs.py
}

@test "each command, header, library and python module is in the lists of what it is used for" {
	find Makefile analyze base bpf collectors datapath lab nic page record tests tools zcprof -type f -print0 |
		sort -z | xargs -0 /usr/bin/python3 "$needs"
}

@test "one that is not in them is named" {
	mkdir -p "$BATS_TEST_TMPDIR/tree/tests/host" "$BATS_TEST_TMPDIR/tree/tools"
	sed -e '/ strace /d' -e '/ pkg:jansson /d' -e '/ py:prometheus_client /d' tools/install-deps >"$BATS_TEST_TMPDIR/tree/tools/install-deps"
	cd "$BATS_TEST_TMPDIR/tree"
	printf '%s\n' '#!/usr/bin/env bats' 'x() {' '	ls | sort && timeout 5 strace -c true' '}' >tests/host/x.bats
	printf 'import sys\nimport prometheus_client\n' >tests/host/x.py
	printf '/* libs: gsl jansson */\n' >tests/host/x.c
	mkdir base
	printf '#include <stdio.h>\n#include <jansson.h>\n' >base/x.c
	run /usr/bin/python3 "$needs" tests/host/x.bats tests/host/x.py tests/host/x.c base/x.c
	echo "$output"
	[ "$status" = 1 ]
	[ ! -x /usr/bin/strace ] || [[ $output == *"tests/host/x.bats: command strace: strace in the lists"* ]]
	[[ $output == *"tests/host/x.py: module prometheus_client: no py: line"* ]]
	[[ $output == *"tests/host/x.c: library jansson: no pkg: line"* ]]
	[ ! -e /usr/include/jansson.h ] || [[ $output == *"base/x.c: header jansson.h: libjansson-dev in the lists"* ]]
	[[ $output != *"command ls"* && $output != *"command sort"* && $output != *"header stdio.h"* && $output != *"library gsl"* ]]
}
