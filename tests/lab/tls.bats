#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# TLS of the kernel, which many a machine's own kernel has not: tests/host/tls.bats as a whole, and nothing of it skipped.
# One CPU, for emulated ones die where the kernel patches code that another runs.
#
# BUILD=build lab/vm --cpus 1 -- bats tests/lab/tls.bats

bats_require_minimum_version 1.5.0

@test "every pair of paths that encrypts, on a kernel that has it" {
	modprobe tls
	run bats --tap tests/host/tls.bats
	echo "$output"
	[ "$status" = 0 ]
	[ "$(grep -c '^ok' <<<"$output")" -ge 4 ]
	[ "$(grep '# skip' <<<"$output" | grep -vc 'this kernel has it')" = 0 ]
}
