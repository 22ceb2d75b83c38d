# SPDX-License-Identifier: GPL-2.0-or-later
# What tests of zcroi import share.

load ../consistent

setup() {
	zcroi=$BUILD/zcroi
	dir=$BATS_TEST_TMPDIR
	from=$BATS_TEST_DIRNAME/../fixtures/import
}

# refused OPTION...: a sentence that names the place, and exit code 1
refused() {
	run "$zcroi" import "$@" -o "$dir/refused.csv"
	echo "$output"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output =~ :[0-9]+:[0-9]+:\  ]]
	[ ! -e "$dir/refused.csv" ]
}
