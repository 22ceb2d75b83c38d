#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Records through pipes and against an independent reader and writer of CSV.

setup() {
	copy_rows=$BUILD/tests/tool/copy_rows
	header=time_s,end,source,metric,key,value,unit
}

@test "Python's csv module finds the same fields before and after" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	python3 tests/tool/against_python.py "$copy_rows" 300
}

@test "a record on standard input is refused by line and column" {
	run bash -c "printf '$header\n,rx,path,bytes,,4,bytes\n,rx,path,bytes,,four,bytes\n' | $copy_rows"
	[ "$status" = 1 ]
	[ "${lines[1]}" = ",rx,path,bytes,,4,bytes" ] || [ "${lines[2]}" = ",rx,path,bytes,,4,bytes" ]
	echo "$output" | grep -x 'copy_rows: standard input:3:17: expected a number as value, found "four"'
}

@test "standard input that is closed is one sentence" {
	run bash -c "$copy_rows <&-"
	[ "$status" = 1 ]
	echo "$output" | grep -x 'copy_rows: cannot read standard input: Bad file descriptor'
}

@test "a reader that goes away ends the writer with a sentence and exit 1" {
	# head goes after the first line; the second flush of 64 KiB finds nobody.
	{
		echo $header
		for i in $(seq 20000); do echo ",rx,path,bytes,,$i,bytes"; done
	} >"$BATS_TEST_TMPDIR/rows.csv"
	run bash -c "{ $copy_rows <$BATS_TEST_TMPDIR/rows.csv; echo exit \$? >&2; } | head -n 1"
	echo "$output"
	echo "$output" | grep -x 'copy_rows: cannot write standard output: Broken pipe; the rows behind that are lost'
	echo "$output" | grep -x 'exit 1'
}
