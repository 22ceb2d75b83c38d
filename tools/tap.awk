# SPDX-License-Identifier: GPL-2.0-or-later
# Counts one program's TAP, as bats and cmocka write it, and prints "PASSED FAILED SKIPPED".
#   name   of the program, for messages
#   code   its exit status
#   skips  file that gets a line per skipped test, with the reason
#
# cmocka has no place for a reason: its tests print "skip: REASON" before they call skip().

function skip(what, reason) {
	skipped++
	printf "    skipped: %s: %s: %s\n", name, what, reason == "" ? "no reason given" : reason >> skips
}

/^1\.\.[0-9]+$/ { planned += substr($0, 4); plans++; next }
/^skip: / { said = substr($0, 7); next }

/^(not )?ok [0-9]+( |$)/ {
	seen++
	what = $0
	sub(/^(not )?ok [0-9]+( - | |$)/, "", what)
	if (match(what, /(^|.* )# (skip|SKIP)( |$)/)) {
		reason = substr(what, RLENGTH + 1)
		sub(/ *# (skip|SKIP).*/, "", what)
		# cmocka: "not ok 2 # SKIP the_test"; bats: "ok 2 the test # skip the reason"
		if (what == "")
			skip(reason, said)
		else
			skip(what, reason)
	} else if (/^not/) {
		failed++
	} else {
		passed++
	}
	said = ""
}

END {
	# Fewer results than announced, none at all, or a bad end that no result explains.
	if (seen != planned && plans || !seen || (code != 0 && !failed))
		failed++
	print passed + 0, failed + 0, skipped + 0
}
