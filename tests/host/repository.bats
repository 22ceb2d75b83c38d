#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the repository promises of itself: pages that follow their tables, installing, make's words.

@test "docs/metrics.md is what record/metrics.def says" {
	awk -f tools/reference-page record/metrics.def | diff -u docs/metrics.md - ||
		{ echo "run 'make docs'"; false; }
}

@test "docs/options.md is what record/options.def says" {
	awk -f tools/reference-page record/options.def record/settings.def | diff -u docs/options.md - ||
		{ echo "run 'make docs'"; false; }
}

@test "the reference page has a line for each metric and no other" {
	rows=$(grep -c '^| `' docs/metrics.md)
	# The compiler's count: it does not depend on how the calls are laid out.
	metrics=$(printf '#define METRIC(...) +1\n0\n#include "record/metrics.def"\n' | cc -E -P -I. - | bc_sum)
	[ "$rows" = "$metrics" ]
}

bc_sum() {
	echo $(($(cat)))
}

# As it was built: by its other name all would be built again, under the tests that run meanwhile.
setup() {
	built=$(realpath --relative-to=. "$BUILD")
}

@test "what was installed is uninstalled" {
	to=$BATS_TEST_TMPDIR/to
	make B="$built" DESTDIR="$to" PREFIX=/usr install
	for program in zcpath zcprof zcroi; do
		"$to/usr/bin/$program" --version | grep -x "$program $(cat VERSION)"
	done
	[ -f "$to/usr/share/doc/zcprof/metrics.md" ]
	for page in man/*.1; do
		[ -f "$to/usr/share/man/man1/${page#man/}" ]
	done
	make B="$built" DESTDIR="$to" PREFIX=/usr uninstall
	find "$to" ! -type d -o -name '*zcprof*' | { ! grep .; }
}

@test "uninstalling leaves what others put beside it" {
	to=$BATS_TEST_TMPDIR/to
	make B="$built" DESTDIR="$to" PREFIX=/usr install
	echo mine >"$to/usr/share/doc/zcprof/mine"
	echo mine >"$to/usr/bin/mine"
	make B="$built" DESTDIR="$to" PREFIX=/usr uninstall
	[ "$(cd "$to" && find . -type f | sort | tr '\n' ' ')" = "./usr/bin/mine ./usr/share/doc/zcprof/mine " ]
}

@test "there is a manual page for each program" {
	for program in zcpath zcprof zcroi; do
		[ -f "man/$program.1" ]
	done
}

@test "make help lists every target that is for users" {
	run make help
	[ "$status" = 0 ]
	for target in all deps test demo bench install uninstall check-style clean docs; do
		echo "$output" | grep -q "make $target "
	done
}

@test "a missing library is one sentence that says make deps" {
	run make -s B="$BATS_TEST_TMPDIR/b" zcroi_PKGS="gsl no-such-library" "$BATS_TEST_TMPDIR/b/zcroi"
	[ "$status" != 0 ]
	echo "$output" | grep -x "make: cannot build without no-such-library; 'make deps' installs what is missing"
	! echo "$output" | grep 'error:' || false
}

@test "other flags build everything again, the same flags nothing" {
	b=$BATS_TEST_TMPDIR/b
	make B="$b" "$b/obj/base/say.o" | grep 'CC *base/say.c'
	[ -z "$(make B="$b" "$b/obj/base/say.o" | grep -v 'up to date')" ]
	make B="$b" CFLAGS=-O0 "$b/obj/base/say.o" | grep 'CC *base/say.c'
	[ -z "$(make B="$b" CFLAGS=-O0 "$b/obj/base/say.o" | grep -v 'up to date')" ]
}
