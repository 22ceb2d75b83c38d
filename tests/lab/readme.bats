#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every command that the README shows for the lab, in its `sh lab` block, as it stands there.

setup() {
	export PATH="$BUILD:$PATH"
	cd "$BATS_TEST_DIRNAME/../.." || return
}

@test "the README's experiment with zero copy runs in the lab, and really copies nothing" {
	here=$(awk '/^```/ { inside = !inside && $0 == "```sh lab"; next } inside' README.md)
	[ "$(wc -l <<<"$here")" -ge 2 ]
	# Where this build is, and where results go.
	here=${here//build\//$BUILD/}
	rm -rf "$BUILD/zero-copy"
	run sh -ec "$here"
	echo "$output"
	[ "$status" = 0 ]
	for path in copy zcrx devmem; do
		line=$(grep "^rx=$path,tx=copy " <<<"$output" | tr -s ' ')
		share=$(cut -d ' ' -f 8 <<<"$line")
		echo "$path: $share % zero copy"
		if [ $path = copy ]; then
			[ "$share" = 0.0 ]
		else
			awk -v share="$share" 'BEGIN { exit !(share >= 99.9) }'
		fi
	done
}
