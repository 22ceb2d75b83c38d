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

@test "for a merge request: the conclusion, the table, why, and the costs, as Markdown" {
	experiment
	run -0 --separate-stderr "$zcroi" report --format md "$dir/out"
	echo "$output"
	# A heading over the whole, and one over each question.
	[[ $output == "# out"* ]]
	[ "$(grep -c '^## Why rx=copy,tx=send_zc is not as rx=copy,tx=copy$' <<<"$output")" -eq 1 ]
	[ "$(grep -c '^## Where the CPU time of ' <<<"$output")" -eq 2 ]
	[[ $output == *"- Best by CPU ROI: rx=copy,tx=copy"*"| rx=copy,tx=copy | 3 | 40.20 |"*"- A "*"Not measured: pmu"* ]]
	run -2 "$zcroi" report --format md "$dir/out" -o "$dir/r.md"
	run -2 "$zcroi" report --format csv "$dir/out"
	[[ $output == *"expected html or md"* ]]
}

@test "stacks of all runs, added up: folded, and as speedscope reads them" {
	experiment
	printf 'rx;task;recv;copy 3\nrx;task;recv 1\ntx;softirq;a-b;c 2\ntx;softirq;a;c 5\nrx;task;recv;copy;deeper 4\nno stack\nrx;task;x nan\n' >"$dir/out/copy/run-1.folded"
	printf 'rx;task;recv;copy 30\n' >"$dir/out/copy/run-2.folded"
	run -0 "$zcroi" show folded "$dir/out/copy"
	[ "$output" = 'rx;task;recv 1
rx;task;recv;copy 33
rx;task;recv;copy;deeper 4
tx;softirq;a;c 5
tx;softirq;a-b;c 2' ]
	run -0 "$zcroi" show speedscope "$dir/out/copy"
	python3 - "$output" <<-'END'
		import json, sys
		d = json.loads(sys.argv[1])
		names = [f["name"] for f in d["shared"]["frames"]]
		found = {}
		for p in d["profiles"]:
		    assert p["type"] == "sampled" and p["endValue"] == sum(p["weights"])
		    for stack, weight in zip(p["samples"], p["weights"]):
		        found[p["name"] + ": " + " ".join(names[i] for i in stack)] = weight
		assert found == {"rx task: recv": 1, "rx task: recv copy": 33, "rx task: recv copy deeper": 4,
		                 "tx softirq: a c": 5, "tx softirq: a-b c": 2}, found
	END
	run -1 "$zcroi" show folded "$dir/out/zc"
	[[ $output == *"has no stacks"* ]]
}

@test "stacks as pprof reads them: leaf first, end and context as labels; CPU time where all have one period" {
	experiment
	printf 'rx;task;recv;copy 3\nrx;task;recv 1\ntx;softirq;rx 2\n' >"$dir/out/copy/run-1.folded"
	"$zcroi" show pprof "$dir/out/copy" >"$dir/samples.pb"
	[ "$(python3 tests/tool/pprof.py "$dir/samples.pb")" = "samples/count
recv [rx task] 1
copy recv [rx task] 3
rx [tx softirq] 2" ]
	for i in 1 2 3; do
		echo ',rx,profile,period,,10101010,ns' >>"$dir/out/copy/run-$i.csv"
	done
	"$zcroi" show pprof "$dir/out/copy" >"$dir/time.pb"
	python3 tests/tool/pprof.py "$dir/time.pb"
	[ "$(python3 tests/tool/pprof.py "$dir/time.pb")" = "samples/count cpu/nanoseconds
recv [rx task] 1 10101010
copy recv [rx task] 3 30303030
rx [tx softirq] 2 20202020
period cpu/nanoseconds 10101010" ]
	# Two periods have no common one.
	sed -i 's/10101010/5000000/' "$dir/out/copy/run-2.csv"
	"$zcroi" show pprof "$dir/out/copy" >"$dir/samples.pb"
	[[ $(python3 tests/tool/pprof.py "$dir/samples.pb") == "samples/count"$'\n'* ]]
	# More than the format holds is the most that it holds.
	sed -i 's/5000000/10101010/' "$dir/out/copy/run-2.csv"
	printf 'rx;task;recv 1e300\n' >"$dir/out/copy/run-1.folded"
	"$zcroi" show pprof "$dir/out/copy" >"$dir/time.pb"
	[[ $(python3 tests/tool/pprof.py "$dir/time.pb") == *"recv [rx task] 9223372036854775807 9223372036854775807"* ]]
	run -1 script -qec "'$zcroi' show pprof '$dir/out/copy'" /dev/null
	[[ $output == *"is no text: write it into a file"* ]]
}

@test "a frame of megabytes in a file of stacks is a long frame" {
	experiment
	python3 -c 'print("rx;task;" + "x" * 12000000 + ";y 1")' >"$dir/out/copy/run-1.folded"
	for what in folded speedscope pprof; do
		"$zcroi" show $what "$dir/out/copy" | wc -c | awk '{ exit !($1 > 12000000) }'
	done
}

@test "a chart alone: gnuplot draws it, or its script is kept" {
	experiment
	for chart in roi throughput series; do
		[ $chart != series ] || sed -i '$a 5,rx,path,bytes,,25000000000,bytes' "$dir"/out/*/run-*.csv
		"$zcroi" plot $chart "$dir/out" -o "$dir/$chart.svg"
		python3 -c 'import sys, xml.etree.ElementTree as t; print(t.parse(sys.argv[1]).getroot().tag)' "$dir/$chart.svg" | grep svg
		grep -F 'rx=copy,tx=send_zc' "$dir/$chart.svg"
	done
	"$zcroi" plot roi "$dir/out" -o "$dir/roi.png"
	[ "$(head -c 4 "$dir/roi.png" | tail -c 3)" = PNG ]
	"$zcroi" plot roi "$dir/out" -o "$dir/roi.gp"
	# 40.2 Gbit/s at 180 %, in the script as zcroi computes it
	grep -E '^0 8\.97' "$dir/roi.gp"
	run -1 "$zcroi" plot power "$dir/out" -o "$dir/p.svg"
	[[ $output == *"the records have no power in total"* ]]
	run -2 "$zcroi" plot roi "$dir/out" -o "$dir/p.jpg"
	[[ $output == *"ends in .svg, .png, .pdf or .gp"* ]]
	run -3 env PATH= "$zcroi" plot roi "$dir/out" -o "$dir/p.svg"
	[[ $output == *"cannot run gnuplot"*"install gnuplot-nox"* ]]
}

@test "gnuplot runs nothing of what a record holds" {
	cd "$dir"
	local evil='`touch ran1`'"'"'; system("touch ran2"); set output "ran3"'
	synthetic "$dir/out/run-1.csv" configuration="${evil//\"/}"
	"$zcroi" plot roi "$dir/out" -o "$dir/roi.svg"
	[ ! -e ran1 ] && [ ! -e ran2 ] && [ ! -e ran3 ] || false
	grep -F '`touch ran1`' roi.svg
}

@test "charts that do not move: gnuplot's, as images; without gnuplot tables, and both are said" {
	experiment
	for i in 1 2 3; do
		printf ',rx,profile,%s,,%s,ns\n' period 1000000 >>"$dir/out/copy/run-$i.csv"
		echo ",rx,profile,component,task/data copy,${i}000000,ns" >>"$dir/out/copy/run-$i.csv"
	done
	# What only a later run has is a part of the stack, too.
	echo ",rx,profile,component,task/locks,9000000,ns" >>"$dir/out/copy/run-3.csv"
	run -0 "$zcroi" report --still "$dir/out" -o "$dir/r.html"
	[ -z "$output" ]
	page alone "$dir/r.html"
	[ "$(page tags "$dir/r.html" | grep -ow img | wc -l)" -ge 3 ]
	python3 - "$dir/r.html" <<-'END'
		import re, sys, urllib.parse, xml.etree.ElementTree as tree
		page = open(sys.argv[1]).read()
		found = {}
		for alt, url in re.findall(r'<img class="picture" alt="([^"]*)" src="data:image/svg\+xml;charset=utf-8,([^"]*)"', page):
		    found[alt.split(",")[0]] = " ".join(tree.fromstring(urllib.parse.unquote_to_bytes(url)).itertext())
		assert {"Return on investment by CPU", "Throughput at the receiver", "CPU time per KB of payload by component"} <= set(found), list(found)
		assert all("copy" in text for text in found.values())
		assert "locks" in found["CPU time per KB of payload by component"]
		assert "flamegraph" not in page.split("<footer>")[1].split("</footer>")[0]
	END
	run -0 env PATH= "$zcroi" report --still "$dir/out" -o "$dir/r.html"
	[[ $output == *"the page holds no charts: cannot run gnuplot"*"install gnuplot-nox"* ]]
	[[ "$(page tags "$dir/r.html")" != *img* ]]
	[[ "$(page text "$dir/r.html")" == *"there are none: cannot run gnuplot"*"Each figure stands in a table"* ]]
	# What gnuplot did not draw is no chart of which the records have nothing.
	mkdir "$dir/bin"
	printf '#!/bin/sh\nexit 1\n' >"$dir/bin/gnuplot"
	chmod +x "$dir/bin/gnuplot"
	run -0 env PATH="$dir/bin:$PATH" "$zcroi" report --still "$dir/out" -o "$dir/r.html"
	[[ $output == *"the page holds no charts: gnuplot drew nothing"* ]]
	[[ "$(page tags "$dir/r.html")" != *img* ]]
}

@test "pictures of more configurations than they hold say how many are left out" {
	local i
	experiment
	for i in $(seq 62); do
		synthetic "$dir/out/more-$i/run-1.csv" configuration="read=$i" repeat=1 gbit=30 crx=100 ctx=80
	done
	run -0 "$zcroi" report --still "$dir/out" -o "$dir/r.html"
	[[ "$(page text "$dir/r.html")" == *"of its configurations the last 4 are too many to stand in them"* ]]
}

@test "a configuration with a name of thousands of characters is a row like any other" {
	local long
	long=$(printf 'é%.0s' $(seq 2000))
	experiment
	sed -i "s/configuration,,rx=copy,tx=copy,/configuration,,$long,/; s/configuration,,\"rx=copy,tx=copy\",/configuration,,$long,/" "$dir"/out/copy/run-*.csv
	grep -q "$long" "$dir/out/copy/run-1.csv"
	run -0 "$zcroi" plot roi "$dir/out" -o "$dir/roi.svg"
	[ -z "$output" ]
	grep -q 'éé…éé' "$dir/roi.svg"
	run -0 "$zcroi" report --still "$dir/out" -o "$dir/r.html"
	[ -z "$output" ]
	page alone "$dir/r.html"
}
