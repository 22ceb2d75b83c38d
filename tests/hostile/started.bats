#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What whoever starts a program as root can do to it before its first line runs.

load ../port

@test "closed standard descriptors: no file that is opened later is taken for one of them" {
	run bash -c 'exec "$BUILD/zcprof" run --rx copy --tx copy --link loopback --port "$2" --seconds 0.1 --warmup 0 --repeat 1 --collect cpu -o "$1" <&- >&- 2>&-' _ "$BATS_TEST_TMPDIR/out" "$(free_port)"
	[ "$status" -eq 0 ]
	head -n 1 "$BATS_TEST_TMPDIR"/out/*/run-1.csv | grep -qx 'time_s,end,source,metric,key,value,unit'
}
