#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The dashboard by Grafana's own types: those of its foundation SDK, which are made from Grafana's schemas.

bats_require_minimum_version 1.5.0

setup() {
	here=$BATS_TEST_DIRNAME
	dashboard=$here/../../packaging/prometheus/zcprof-dashboard.json
	cd "$BATS_FILE_TMPDIR" || return
	[ -e node_modules ] && return
	cp "$here"/package*.json .
	npm ci --no-audit --no-fund >npm.log 2>&1 || skip "npm could not fetch Grafana's types"
}

is_a_dashboard() {
	node "$here/grafana.mjs" "$1" >dashboard.ts
	node_modules/.bin/tsc --noEmit --strict --skipLibCheck --module nodenext --target es2022 dashboard.ts
}

@test "the dashboard is one, each panel and each query of it" {
	is_a_dashboard "$dashboard"
}

@test "one with a field that Grafana does not know, or a value, is none" {
	sed 's/"fillOpacity"/"fillOpacities"/' "$dashboard" >other.json
	run ! is_a_dashboard other.json
	[[ "$output" == *'"fillOpacities"'*'does not exist'* ]]
	sed 's/"displayMode": "table"/"displayMode": "tables"/' "$dashboard" >other.json
	run ! is_a_dashboard other.json
	[[ "$output" == *'"tables"'* ]]
}
