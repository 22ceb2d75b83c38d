# SPDX-License-Identifier: GPL-2.0-or-later
# Helpers for tests that compare runs over the software NIC: 'zcprof run' on its two ports, and what
# 'zcroi show' and 'zcroi diff' say of the records.
#
#   runs_setup
#   experiment NAME OPTION...   zcprof run; the records are kept in $OUT/NAME
#   shown DIR PART ROW COLUMN   a cell of 'zcroi show PART', by what the row begins with
#                               ("rx,setsockopt,") and the heading of the column
#   bytes DIR                   received, the mean of the configuration's runs
#   per_gb FIGURE DIR
#   beside WHAT UNIT A B        prints a figure before and after
#   less A B SHARE              whether B is at most that share of A

runs_setup() {
	cd "$BATS_TEST_TMPDIR" || return
	OUT=${OUT:-$BATS_TEST_TMPDIR}
	ip -n rx link show zcnic0 >/dev/null 2>&1 || skip "there is no zcnic here: see lab/run"
}

experiment() {
	local name=$1
	shift
	rm -rf "${OUT:?}/$name"
	"$BUILD/zcprof" run --zcpath "$BUILD/zcpath" --link netns:rx,tx --rx-nic zcnic0 --rx-queues 3 \
		--tx devmem --repeat "${REPEAT:-1}" --seconds "${SECONDS_EACH:-2}" --warmup 1 --seed 1 \
		"$@" -o "$OUT/$name" 2>"$OUT/$name.log" || {
		cat "$OUT/$name.log"
		return 1
	}
}

shown() {
	"$BUILD/zcroi" show "$2" --lines 0 --format csv "$1" 2>/dev/null |
		awk -F, -v row="$3" -v column="$4" '
			!$0 { at = 0 }
			{ for (i = 1; i <= NF; i++) if ($i == column) { at = i; next } }
			at && index($0, row) == 1 { print $at; found = 1; exit }
			END { exit !found }'
}

bytes() {
	cat "$1"/run-*.csv | awk -F, '$1 == "" && $2 == "rx" && $3 == "path" && $4 == "bytes" { n += $6; runs++ }
		END { printf "%.0f", n / runs }'
}

per_gb() {
	awk -v n="$1" -v bytes="$(bytes "$2")" 'BEGIN { printf "%.6g", n * 1e9 / bytes }'
}

beside() {
	printf "# %s: %.4g before, %.4g after %s\n" "$1" "$3" "$4" "$2" >&3
}

less() {
	awk -v a="$1" -v b="$2" -v share="$3" 'BEGIN { exit !(a > 0 && b != "" && b <= a * share) }'
}
