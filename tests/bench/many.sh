#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The ROI table of 1,020 records of 1,250 rows (tests/many/fleet.py): `zcroi table` against DuckDB reading the same
# CSV files, with the statements of docs/many-hosts.md. They take turns; the ratio is that of the medians. DuckDB's
# time is that of its statements alone, without starting node. Saves each time, and fails where zcroi is slower.
#
#   BUILD=build ROUNDS=5 HOSTS=34 ROWS=1250 tests/bench/many.sh
set -eu

BUILD=$(realpath "${BUILD:-build}")
ROUNDS=${ROUNDS:-5}
here=$PWD/tests/many
csv=$BUILD/bench/many.csv
work=$(mktemp -d "${TMPDIR:-/tmp}/zcprof-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

command -v npm node >/dev/null || { echo "many.sh: npm is not here, which fetches DuckDB" >&2; exit 3; }
mkdir -p "$work/npm" "$BUILD/bench"
cp "$here"/package*.json "$work/npm"
npm ci --prefix "$work/npm" --no-audit --no-fund >"$work/npm.log" 2>&1 || {
	echo "many.sh: npm could not fetch DuckDB" >&2
	exit 3
}
python3 "$here/statements.py" docs/many-hosts.md duckdb "duckdb runs" "duckdb table" >"$work/statements"
cd "$work"
python3 "$here/fleet.py" fleet "${HOSTS:-34}" 6 5 "${ROWS:-1250}"
find fleet -name '*.csv' -exec cat {} + >/dev/null # into the page cache

echo round,tool,us >"$csv"
for ((round = 1; round <= ROUNDS; round++)); do
	begin=${EPOCHREALTIME/./}
	"$BUILD/zcroi" table --format csv fleet >/dev/null 2>&1
	end=${EPOCHREALTIME/./}
	echo "$round,zcroi,$((end - begin))" >>"$csv"
	node "$here/duckdb.mjs" npm/node_modules <statements 2>&1 >/dev/null | sed -n "s/ us$//; s/^/$round,duckdb,/p" >>"$csv"
done
awk -F, 'NR > 1 { t[$2] = t[$2] " " $3 } function median(text, a, n) { n = split(text, a, " "); for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (a[j] + 0 < a[i] + 0) { x = a[i]; a[i] = a[j]; a[j] = x } return (a[int((n + 1) / 2)] + a[int((n + 2) / 2)]) / 2 }
	END { z = median(t["zcroi"]); d = median(t["duckdb"]); printf "zcroi %.2f s, DuckDB %.2f s over the same files: zcroi is %.1f times as fast\n", z / 1e6, d / 1e6, d / z; exit d < z }' "$csv" ||
	{ echo "many.sh: zcroi is slower" >&2; exit 1; }
echo "every time is in $csv"
