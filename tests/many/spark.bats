#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The statements of docs/many-hosts.md by Spark's grammar, for want of a Spark: they are not run.

bats_require_minimum_version 1.5.0

setup() {
	here=$BATS_TEST_DIRNAME
	doc=$PWD/docs/many-hosts.md
	cd "$BATS_FILE_TMPDIR" || return
	[ -e spark-here.mjs ] && return
	cp "$here"/package*.json "$here/spark.mjs" .
	npm ci --no-audit --no-fund >npm.log 2>&1 || skip "npm could not fetch Spark's grammar"
	node_modules/.bin/esbuild spark.mjs --bundle --platform=node --format=esm --outfile=spark-here.mjs --log-level=error
}

spark_says() {
	sed "${2:-}" "$doc" >doc.md
	python3 "$here/statements.py" doc.md "$1" >statements.sql
	node spark-here.mjs <statements.sql
}

@test "Spark's grammar takes them, with end in backquotes" {
	for tag in spark "duckdb runs" "duckdb table" "duckdb by-rack" "duckdb series" "duckdb days" "duckdb peers"; do
		run -0 spark_says "$tag"
		[ -z "$output" ]
	done
}

@test "one that it does not take is said" {
	run -0 spark_says "duckdb days" 's/CAST(started AS DATE)/started::DATE/'
	[[ "$output" == *"':' is not valid"* ]]
}
