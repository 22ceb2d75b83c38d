#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcroi import: figures of other tools' tables, against a second reading of them (parse.py).

bats_require_minimum_version 1.5.0
load ../consistent

setup() {
	zcroi=$BUILD/zcroi
	dir=$BATS_TEST_TMPDIR
	from=$BATS_TEST_DIRNAME/../fixtures/import
}

# $1: record; then how parse.py reads a file, and the file
as_parsed() {
	python3 "$from/parse.py" "$2" "$3" >"$dir/expected"
	python3 "$from/parse.py" same "$1" "$dir/expected"
}

# A sentence that names the place, and exit code 1.
refused() {
	run "$zcroi" import "$@" -o "$dir/refused.csv"
	echo "$output"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output =~ :[0-9]+:[0-9]+:\  ]]
	[ ! -e "$dir/refused.csv" ]
}

# The tables of the talk: before and after buffers were released in batches.
batching() {
	"$zcroi" import --end rx --throughput 74.39G --seconds 100 "$@" \
		"$from/devmem-1cpu-before-batching.trace" "$from/devmem-1cpu.report" -o "$dir/before.csv"
	"$zcroi" import --end rx --throughput 92.42G --seconds 100 "$@" \
		"$from/devmem-1cpu-after-batching.trace" "$from/devmem-1cpu-batch.report" -o "$dir/after.csv"
}

@test "perf trace -s and perf report: every figure of the talk's tables" {
	batching
	consistent "$dir/before.csv" "$dir/after.csv"
	as_parsed "$dir/before.csv" trace "$from/devmem-1cpu-before-batching.trace"
	as_parsed "$dir/before.csv" report "$from/devmem-1cpu.report"
	as_parsed "$dir/after.csv" trace "$from/devmem-1cpu-after-batching.trace"
	as_parsed "$dir/after.csv" report "$from/devmem-1cpu-batch.report"
	run -0 "$zcroi" show syscalls "$dir/before.csv"
	[[ $output == *"setsockopt  294394       0  60365.027  0.0010  0.2050  324.928    0.98"* ]]
	run -0 "$zcroi" show symbols "$dir/after.csv"
	[[ $output =~ 2\.84\ +task\ +\[kernel\]\ +\[k\]\ gen_pool_has_addr ]]
	# Cycles without a CPU's use are no time: parts, and no ns.
	run -0 "$zcroi" show components "$dir/before.csv"
	[[ $output == *"Parts of the samples"* ]]
	[[ $output != *"ns/KB"* ]]
}

@test "the talk's tables: diff says what its authors concluded, fewer and cheaper calls, and no gen_pool" {
	batching --busy 100
	consistent "$dir/before.csv" "$dir/after.csv"
	run -0 "$zcroi" diff --format json "$dir/before.csv" "$dir/after.csv"
	python3 - "$output" <<-'END'
		import json, sys
		page = json.loads(sys.argv[1])
		rows = {r["figure"]: r for t in page.values() if isinstance(t, list) for r in t if isinstance(r, dict) and "figure" in r}
		assert abs(rows["setsockopt calls"]["a"] - 294394 / 929.875) < 1e-6
		assert abs(rows["setsockopt calls"]["b"] - 347744 / 1155.25) < 1e-6
		assert abs(rows["setsockopt time"]["a"] - 60365027000 / 294394) < 1e-6
		for name in "gen_pool_has_addr", "gen_pool_free_owner", "gen_pool_alloc_algo_owner":
		    assert rows["task " + name]["b"] < 0.35 * rows["task " + name]["a"], name
		# The lock is not in the second table: at most as much as the last that is.
		lock = rows["task _raw_spin_lock_bh"]
		assert abs(lock["a"] - 0.0175 * 1e11 / 929875000) < 1e-6, lock
		assert abs(lock["b"] - 0.0096 * 1e11 / 1155250000) < 1e-6, lock
	END
	run -0 "$zcroi" diff "$dir/before.csv" "$dir/after.csv"
	[[ $output == *"seen       rx setsockopt time: 205048 to 77745 ns/call, x 0.379"* ]]
	[[ $output == *"was cut off"* ]]
	run -0 "$zcroi" show components "$dir/before.csv"
	[[ $output =~ memory\ +30\.56 ]]
}

@test "two tables side by side: the side that is asked for" {
	python3 - "$from" "$dir" <<-'END'
		import itertools, sys
		for kind, left, right in (("trace", "before-batching.trace", "after-batching.trace"), ("report", ".report", "-batch.report")):
		    sep = "" if kind == "report" else "-"
		    a, b = (open(f"{sys.argv[1]}/devmem-1cpu{sep}{name}").read().split("\n") for name in (left, right))
		    with open(f"{sys.argv[2]}/both.{kind}", "w") as out:
		        for x, y in itertools.zip_longest(a, b, fillvalue=""):
		            out.write((x.ljust(96) + y).rstrip() + "\n")
	END
	refused "$dir/both.trace"
	"$zcroi" import --side left "$dir/both.trace" "$dir/both.report" -o "$dir/left.csv"
	"$zcroi" import --side right "$dir/both.trace" "$dir/both.report" -o "$dir/right.csv"
	as_parsed "$dir/left.csv" trace "$from/devmem-1cpu-before-batching.trace"
	as_parsed "$dir/left.csv" report "$from/devmem-1cpu.report"
	as_parsed "$dir/right.csv" trace "$from/devmem-1cpu-after-batching.trace"
	as_parsed "$dir/right.csv" report "$from/devmem-1cpu-batch.report"
}

@test "damaged and foreign files: one sentence with line and column" {
	: >"$dir/empty"
	refused "$dir/empty"
	echo "some text" >"$dir/foreign"
	refused "$dir/foreign"
	head -c 100000 /dev/zero >"$dir/zeros"
	refused "$dir/zeros"
	head -n 9 "$from/devmem-1cpu-before-batching.trace" | head -c -30 >"$dir/cut"
	refused "$dir/cut"
	[[ $output == *"/cut:9:"* ]]
	sed 's/60365.027/60x65.027/' "$from/devmem-1cpu-before-batching.trace" >"$dir/typo"
	refused "$dir/typo"
	[[ $output == *"/typo:9:37: expected a number, found \"60x65.027\""* ]]
	sed 's/8.82%/88.2%/; s/7.80%/78.0%/' "$from/devmem-1cpu.report" >"$dir/more"
	refused "$dir/more"
	refused "$from/devmem-1cpu-before-batching.trace" "$from/devmem-1cpu-after-batching.trace"
}

@test "a name that harms: escapes, formulas, commas are text in the record" {
	cp "$from/devmem-1cpu-before-batching.trace" "$dir"/$'=a,b\x1b[31m.trace'
	"$zcroi" import "$dir"/$'=a,b\x1b[31m.trace' -o "$dir/named.csv"
	consistent "$dir/named.csv"
	run -1 grep -q $'\x1b' "$dir/named.csv"
	grep -q '"\\x3da,b\\x1b\[31m.trace"' "$dir/named.csv"
}
