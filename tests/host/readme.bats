#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every command that the README shows in an `sh` block is run, in order, as it stands there. The two
# that cannot be run from inside a test are `make test` (this is part of it) and those that need a
# second machine, whose block is marked `sh two-hosts`; of these the options are checked.

# Lines of the blocks whose info string is $1, continuation lines joined.
commands() {
	awk -v want="$1" '
		/^```/ { inside = !inside && substr($0, 4) == want; next }
		inside && !/^ *(#|$)/' README.md | sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}'
}

setup() {
	export PATH="$BUILD:$PATH"
}

@test "every command of the README runs" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, as the README says"
	ran=0
	while IFS= read -r line; do
		case $line in
		"make test" | "make" | "make deps" | "make bench" | "make install" | git\ clone* | cd\ *) continue ;;
		esac
		echo "\$ $line"
		run timeout 300 sh -c "$line" </dev/null
		echo "$output" | tail -n 20
		[ "$status" -eq 0 ]
		ran=$((ran + 1))
	done < <(commands sh)
	[ "$ran" -ge 8 ]
}
