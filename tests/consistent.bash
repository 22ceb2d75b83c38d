# SPDX-License-Identifier: GPL-2.0-or-later
# For every test that makes a record.
#
#   consistent FILE…   each is whole, and its figures do not contradict each other

consistent() {
	local file
	for file in "$@"; do
		[ -s "$file" ] || { echo "there is no record $file"; return 1; }
		"$BUILD/zcroi" check "$file" || return
	done
}
