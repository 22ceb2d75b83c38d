#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every command that the README shows in an `sh` block is run, in order, as it stands there, but for
# `make test`, which this is a part of. A block that needs a second machine says `sh two-hosts`; of
# its commands the options are checked, by a run that stops before anything begins. One for the lab
# says `sh lab`, and is run by tests/lab/readme.bats.

# Lines of the blocks whose info string is $1, continuation lines joined, comments dropped.
commands() {
	awk -v want="$1" '
		/^```/ { inside = !inside && substr($0, 4) == want; next }
		inside { sub(/ +#.*/, ""); if ($0 != "") print }' README.md |
		sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}'
}

@test "every command of the README runs" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, as the README says"
	ran=0
	while IFS= read -r line; do
		[ "$line" != "make test" ] || continue
		echo "\$ $line"
		# What is exported is there for the commands after it, and nothing else is.
		case $line in export\ *) eval "$line" && continue ;; esac
		run timeout 300 sh -c "$line" </dev/null
		echo "$output" | tail -n 20
		# zcpath of other tests, which comes and goes, is what its rule names too.
		[[ $line == "zcprof watch"* && $output == *"ended before the window opened"* ]] || [ "$status" -eq 0 ]
		ran=$((ran + 1))
	done < <(commands sh)
	[ "$ran" -ge 17 ]
}

@test "the options of every command that needs a second machine are known" {
	PATH="$BUILD:$PATH"
	ran=0
	while IFS= read -r line; do
		case $line in
		zcprof\ run*) line="$line --dry-run" ;;
		zcprof*) line="$line --help" ;;
		zcpath*) line="$line --check" ;;
		esac
		echo "\$ $line"
		run sh -c "$line" </dev/null
		echo "$output"
		[ "$status" -eq 0 ]
		ran=$((ran + 1))
	done < <(commands "sh two-hosts")
	[ "$ran" -ge 7 ]
}
