# SPDX-License-Identifier: GPL-2.0-or-later
# The words behind "WHAT:" in the comments that a test program begins with, perhaps over several
# lines:  awk -v what=needs -f tools/said.awk tests/unit/test_x.c

NR > 20 { exit }
$1 == "/*" && $2 == what ":" { saying = 1; $1 = $2 = "" }
saying {
	sub(/^ \* /, "")
	ended = sub(/\*\/.*/, "")
	print
	if (ended)
		exit
}
