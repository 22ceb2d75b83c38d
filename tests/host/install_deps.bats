#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# tools/install-deps, with a package manager that only writes down what it was asked.

setup() {
	fake=$BATS_TEST_TMPDIR/bin
	asked=$BATS_TEST_TMPDIR/asked
	mkdir -p "$fake"
	: >"$asked"
	command_that apt-get "echo \"apt-get \$*\" >>$asked"
	command_that apt-cache 'echo "  Candidate: 1.0"'
	PATH=$fake:$PATH
}

# command_that NAME DOES...
command_that() {
	printf '#!/bin/sh\n%s\n' "$2" >"$fake/$1"
	chmod +x "$fake/$1"
}

lacks_gsl() {
	command_that pkg-config '[ "$2" != gsl ]'
}

@test "where nothing is missing no package manager is called" {
	tools/install-deps build
	[ ! -s "$asked" ]
}

@test "what is missing is installed, and only that" {
	lacks_gsl
	command_that id 'echo 0'
	run tools/install-deps build
	echo "$output"
	[ "$(cat "$asked")" = "apt-get -q -y install --no-install-recommends libgsl-dev" ]
	# The fake installed nothing, and that is noticed.
	[ "$status" = 1 ]
	[ "${lines[-1]}" = "install-deps: apt-get succeeded, and yet this is not found here: libgsl-dev" ]
}

@test "package lists are fetched only after an install has failed" {
	lacks_gsl
	command_that id 'echo 0'
	command_that apt-get "echo \"apt-get \$*\" >>$asked; echo 'E: gone'; exit 100"
	run tools/install-deps build
	echo "$output"
	[ "$status" = 1 ]
	[ "$(cut -d' ' -f1-4 "$asked" | tr '\n' ';')" = "apt-get -q -y install;apt-get -q update;apt-get -q -y install;" ]
	[ "${lines[-2]}" = "E: gone" ]
	[ "${lines[-1]}" = "install-deps: apt-get could not install libgsl-dev; what it said stands above" ]
}

@test "an ordinary user with sudo uses it" {
	lacks_gsl
	command_that id 'echo 1000'
	command_that sudo "echo sudo >>$asked; exec \"\$@\""
	run tools/install-deps build
	[ "$(head -n 1 "$asked")" = sudo ]
	grep -q 'apt-get .* libgsl-dev' "$asked"
}

@test "an ordinary user without sudo is told what is missing" {
	command -v sudo >/dev/null && skip "sudo is installed"
	lacks_gsl
	command_that id 'echo 1000'
	run tools/install-deps build
	[ "$status" = 1 ]
	[ "$output" = "install-deps: missing here are the packages libgsl-dev; run 'tools/install-deps build' as root" ]
	[ ! -s "$asked" ]
}

@test "Ubuntu's bpftool comes from linux-tools where there is no package of its own" {
	command_that bpftool 'exit 2'
	[ -z "$(ls /usr/lib/linux-tools*/*/bpftool /usr/lib/linux-tools-*/bpftool 2>/dev/null)" ] ||
		skip "linux-tools is installed here"
	command_that id 'echo 0'
	command_that apt-cache 'case $2 in bpftool) echo "  Candidate: (none)" ;; *) echo "  Candidate: 1.0" ;; esac'
	run tools/install-deps build
	[ "$(cat "$asked")" = "apt-get -q -y install --no-install-recommends linux-tools-generic" ]
}

@test "another word is wrong usage" {
	run tools/install-deps everything
	[ "$status" = 2 ]
	[ "$output" = "usage: tools/install-deps build|demo|test|check|bench|lab|page|bare|deb|rpm|many" ]
}
