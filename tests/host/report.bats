#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The page of zcroi report, as far as it can be looked at without a browser: tests/page has the rest.

bats_require_minimum_version 1.5.0
load synthetic

setup() {
	zcroi=$BUILD/zcroi
	dir=$BATS_TEST_TMPDIR
}

experiment() {
	local i
	for i in 1 2 3; do
		synthetic "$dir/out/copy/run-$i.csv" configuration=rx=copy,tx=copy repeat=$i gbit=40.$i crx=100 ctx=80
		synthetic "$dir/out/zc/run-$i.csv" configuration=rx=copy,tx=send_zc repeat=$i tx_path=send_zc \
			gbit=36.$i crx=100 ctx=90 absent="pmu=no PMU here"
	done
}

# page WHAT FILE: parsed as HTML; see there
page() {
	python3 tests/tool/page.py "$@"
}

@test "the page's table is zcroi table's, to the last digit, and so are the figures its charts draw" {
	experiment
	"$zcroi" report "$dir/out" -o "$dir/r.html"
	page table "$dir/r.html" >"$dir/of-page"
	"$zcroi" table "$dir/out" | awk '/^--/ { on = 1; next } !NF { exit } on' | tr -s ' ' >"$dir/of-table"
	cat "$dir/of-page"
	diff "$dir/of-page" "$dir/of-table"
	page figures "$dir/r.html" roi_cpu_total >"$dir/of-page"
	"$zcroi" table --format json "$dir/out" |
		python3 -c 'import json, sys
for c in json.load(sys.stdin)["configurations"]:
    print(c["configuration"], *("%.12g" % c["roi_cpu_total" + e] for e in ("", "_low", "_high")))' >"$dir/of-table"
	diff "$dir/of-page" "$dir/of-table"
}

@test "the page says first what pays best, and what was not measured" {
	experiment
	"$zcroi" report --title 'A & B' "$dir/out" -o "$dir/r.html"
	run page text "$dir/r.html"
	echo "$output"
	[[ $output == *"A & B"*"Best by CPU ROI: rx=copy,tx=copy"*"Not measured: pmu (in some runs): no PMU here"* ]]
}

@test "one file: it asks nothing of a network, and is under 1 MB without its data" {
	experiment
	"$zcroi" report "$dir/out" -o "$dir/r.html"
	page alone "$dir/r.html"
}

@test "whatever a record holds stands in the page as text" {
	local evil='</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>'"'&amp;{{data}}"
	synthetic "$dir/out/run-1.csv" configuration="$evil" absent="pmu=$evil"
	"$zcroi" report --title "\"$evil" "$dir/out" -o "$dir/r.html"
	page alone "$dir/r.html"
	run page text "$dir/r.html"
	[[ $output == *"$evil"* ]]
	run page tags "$dir/r.html"
	[[ $output != *img* ]]
	synthetic "$dir/good/run-1.csv" configuration=good absent="pmu=good"
	"$zcroi" report "$dir/good" -o "$dir/good.html"
	[ "$output" = "$(page tags "$dir/good.html")" ]
}

@test "a page that cannot be made is one sentence, and another's file is as it was" {
	experiment
	run -2 "$zcroi" report "$dir/out"
	[[ $output == *"Name a file with -o"* ]]
	run -1 "$zcroi" report "$dir/out" -o "$dir/nowhere/r.html"
	[ "${#lines[@]}" = 1 ]
	[[ $output == "zcroi report: cannot create $dir/nowhere/r.html: "* || $output == "zcroi: cannot create $dir/nowhere/r.html: "* ]]
	echo mine >"$dir/r.html"
	run -1 "$zcroi" report "$dir/none" -o "$dir/r.html"
	[ "$(cat "$dir/r.html")" = mine ]
}
