#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reading a record of 1 GB: the bare reader and `zcroi check`, against `mlr --icsv --ocsv cat` and
# Python's csv module, which check nothing. The tools take turns; the ratio is that of the medians.
# The file is the record of a short run, repeated. Saves each time, and fails below 5 times.
#
#   BUILD=build ROUNDS=3 BYTES=1000000000 [RECORD=run.csv] tests/bench/reader.sh
set -eu

BUILD=${BUILD:-build}
ROUNDS=${ROUNDS:-3}
BYTES=${BYTES:-1000000000}
LEAST=5
dir=$BUILD/bench
csv=$dir/reader.csv
work=$(mktemp -d "${TMPDIR:-/tmp}/zcprof-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

make_record() {
	"$BUILD/zcprof" run --rx copy --tx copy --seconds 2 --warmup 0.5 --repeat 1 -o "$work/run" >&2
	find "$work/run" -name 'run-1.csv'
}

# The header, the facts and the system calls of $1, and then its other figures over and over, into
# $2: `zcroi check` adds up system calls, and holds their sums against each other.
repeat_rows() {
	local rows=$work/rows

	grep -vE '^([^,]*,){2}(fact|syscalls),' "$1" | tail -n +2 >"$rows"
	while [ "$(stat -c %s "$rows")" -lt 50000000 ]; do
		cat "$rows" "$rows" >"$rows.twice"
		mv "$rows.twice" "$rows"
	done
	head -n 1 "$1" >"$2"
	grep -E '^([^,]*,){2}(fact|syscalls),' "$1" >>"$2"
	while [ "$(stat -c %s "$2")" -lt "$BYTES" ]; do
		cat "$rows" >>"$2"
	done
}

# timed TOOL COMMAND...: one line for the CSV.
timed() {
	local tool=$1 begin end
	shift
	begin=${EPOCHREALTIME/./}
	"$@" >/dev/null
	end=${EPOCHREALTIME/./}
	echo "$round,$tool,$((end - begin))" >>"$csv"
}

median() {
	awk -F, -v tool="$1" '$2 == tool { print $3 }' "$csv" | sort -n |
		awk '{ t[NR] = $1 } END { print (t[int((NR + 1) / 2)] + t[int((NR + 2) / 2)]) / 2 }'
}

record=${RECORD:-$(make_record)}
repeat_rows "$record" "$work/big.csv"
size=$(stat -c %s "$work/big.csv")

others="python"
command -v mlr >/dev/null && others="mlr python"
mkdir -p "$dir"
echo round,tool,us >"$csv"
cat "$work/big.csv" >/dev/null # into the page cache
for ((round = 1; round <= ROUNDS; round++)); do
	timed reader "$BUILD/tests/bench/read_rows" "$work/big.csv"
	timed check "$BUILD/zcroi" check "$work/big.csv"
	case $others in mlr*) timed mlr mlr --icsv --ocsv cat "$work/big.csv" ;; esac
	timed python python3 -c 'import csv, sys
for row in csv.reader(open(sys.argv[1], newline="")):
    pass' "$work/big.csv"
done

low=0
for tool in reader check $others; do
	awk -v tool=$tool -v us="$(median $tool)" -v size="$size" \
		'BEGIN { printf "%-7s %6.2f s  %7.1f MB/s\n", tool, us / 1e6, size / us }'
done
for tool in reader check; do
	for other in $others; do
		awk -v tool=$tool -v other=$other -v us="$(median $tool)" -v theirs="$(median $other)" -v least=$LEAST \
			'BEGIN { printf "%s is %.1f times as fast as %s\n", tool, theirs / us, other; exit theirs < least * us }' ||
			low=1
	done
done
echo "every time is in $csv"
[ $low = 0 ] || { echo "reader.sh: a ratio is below $LEAST" >&2; exit 1; }
