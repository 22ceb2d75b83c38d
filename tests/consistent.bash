# SPDX-License-Identifier: GPL-2.0-or-later
# For every test that makes a record.
#
#   consistent FILE…   each is whole, and its figures do not contradict each other
#
# Each folder of tests has this as its setup_suite.bash, so that no test has to remember: when all of
# them have ended, every record that zcprof left in their folders is looked at. One that a test changed on
# purpose has "changed" in its name; ends that only pretend (tests/fixtures/zcpath-fake) have a window of a
# second to the nanosecond.

consistent() {
	local file
	for file in "$@"; do
		[ -s "$file" ] || { echo "there is no record $file"; return 1; }
		! grep -q ',path,window_ns,,1000000000,ns' "$file" || continue
		"$BUILD/zcroi" check "$file" || return
	done
}

setup_suite() {
	:
}

# What zcprof wrote itself says when each source looked.
teardown_suite() {
	local file wrong=0

	while IFS= read -r -d '' file; do
		if grep -qE '^,(host|[rt]x-host),collector,window,' "$file"; then
			consistent "$file" || wrong=1
		fi
	done < <(find "$BATS_RUN_TMPDIR" -name '*.csv' ! -path '*changed*' -type f -print0)
	return $wrong
}
