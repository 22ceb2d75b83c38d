#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcroi import: figures of other tools' tables, against a second reading of them (parse.py).

bats_require_minimum_version 1.5.0
load import

# $1: record; then how parse.py reads a file, and the file
as_parsed() {
	python3 "$from/parse.py" "$2" "$3" >"$dir/expected"
	python3 "$from/parse.py" same "$1" "$dir/expected"
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

@test "the talk's tables: explain names what its authors found by hand, and says that single runs prove nothing" {
	batching --busy 100
	run -0 "$zcroi" explain "$dir/before.csv" "$dir/after.csv"
	[[ $output == "B is 24.2 % faster, as single runs show, because in A giving buffers back takes longer"* ]]
	[[ $output == *"a call that gives buffers back at the receiver 205048 to 77745 ns (x 0.379)"* ]]
	[[ $output == *"calls of setsockopt at the receiver 316.6 to 301.0 per GB"* ]]
	run -0 "$zcroi" explain --format json "$dir/after.csv" "$dir/before.csv"
	python3 - "$output" <<-'END'
		import json, sys
		page = json.loads(sys.argv[1])
		assert page["proven"] == "seen" and page["worse"] == "b", page
		assert [(c["id"], c["end"], c["confidence"]) for c in page["causes"]] == [("token_lock", "rx", "possible")], page["causes"]
	END
	# Without what the CPU did, costs are parts of the samples: the same cause.
	batching
	run -0 "$zcroi" explain "$dir/before.csv" "$dir/after.csv"
	[[ $output == *"1. possible token_lock at the receiver"* ]]
	[[ $output == *"functions of gen_pool at the receiver 23.10 to 7.990 % of the samples"* ]]
}

@test "perf report: a row that was moved out of its columns is read by its mark, not by the wrong letters" {
	sed 's/\(%  :8076 \) /\1/' "$from/devmem-1cpu.report" >"$dir/moved.report"
	"$zcroi" import --end rx "$dir/moved.report" -o "$dir/moved.csv"
	"$zcroi" import --end rx "$from/devmem-1cpu.report" -o "$dir/straight.csv"
	diff <(grep ,symbol, "$dir/moved.csv") <(grep ,symbol, "$dir/straight.csv")
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

# $1: a fixture; $2: how parse.py reads it; then more words for import
read_as() {
	"$zcroi" import "${@:3}" "$from/$1" -o "$dir/$1.csv"
	consistent "$dir/$1.csv"
	as_parsed "$dir/$1.csv" "$2" "$from/$1"
}

@test "perf script, folded stacks: functions, and one answer for the same samples" {
	read_as perf-script.txt script --end rx
	"$zcroi" import --end rx "$from/perf.folded" -o "$dir/folded.csv"
	consistent "$dir/folded.csv"
	# Both know the stacks: parts of them are the same, and one is in ns of the clock that sampled.
	python3 - "$dir/perf-script.txt.csv" "$dir/folded.csv" <<-'END'
		import csv, sys
		one = {r[4]: float(r[5]) for r in csv.reader(open(sys.argv[1])) if r[3] == "component"}
		other = {r[4]: float(r[5]) for r in csv.reader(open(sys.argv[2])) if r[3] == "share"}
		total = sum(one.values())
		assert one and one.keys() == other.keys(), (one, other)
		for key in one:
		    assert abs(one[key] / total - other[key]) < 1e-9, key
	END
}

@test "strace, mpstat, pidstat, iperf3, ss, nstat: every figure" {
	read_as strace.txt strace --end rx
	grep -q 'collector,absent,syscalls/total' "$dir/strace.txt.csv"
	run -1 grep -q ',syscalls,total,' "$dir/strace.txt.csv"
	"$zcroi" import --wall-clock "$from/strace.txt" -o "$dir/wall.csv"
	grep -q ',syscalls,total,mmap,' "$dir/wall.csv"
	read_as mpstat.json mpstat --end rx
	read_as pidstat.txt pidstat --end rx --seconds 2
	read_as iperf3.json iperf3
	read_as ss.txt ss --end tx
	read_as nstat.txt nstat
	run -0 "$zcroi" show syscalls "$dir/strace.txt.csv"
	[[ $output == *"openat "* ]]
}

@test "CPUs of an end, and those of no end" {
	"$zcroi" import --end rx --cpus 0 "$from/mpstat.json" -o "$dir/cpus.csv"
	consistent "$dir/cpus.csv"
	grep -q '^,rx,cpu,user,0,' "$dir/cpus.csv"
	grep -q '^,host,cpu,user,1,' "$dir/cpus.csv"
	run -1 grep -q '^,rx,cpu,user,1,' "$dir/cpus.csv"
}

@test "perf stat, as text, JSON and fields: the same events, and what was not counted is absent" {
	for form in txt json csv; do
		"$zcroi" import --end rx "$from/perf-stat.$form" -o "$dir/$form.csv"
		consistent "$dir/$form.csv"
		grep -q ',import,count,perf stat/context-switches,[1-9],' "$dir/$form.csv"
		grep -q 'collector,absent,perf stat/cycles,perf stat says: not supported' "$dir/$form.csv"
		run -1 grep -q ',pmu,cycles' "$dir/$form.csv"
	done
}

@test "turbostat: known columns by name, unknown ones are said; ethtool: the difference of two" {
	run -0 "$zcroi" import "$from/turbostat.txt" -o "$dir/turbo.csv"
	[[ $output == *"NewCol"* ]]
	consistent "$dir/turbo.csv"
	grep -q '^,host,power,mean,rapl,45.75,W' "$dir/turbo.csv"
	grep -q '^,host,import,level,turbostat/C6%/1,96,' "$dir/turbo.csv"
	"$zcroi" import "$from/before.ethtool" "$from/after.ethtool" -o "$dir/nic.csv"
	grep -q ',nic,statistic,ethtool:rx_packets,50,' "$dir/nic.csv"
	refused "$from/after.ethtool" "$from/before.ethtool"
	"$zcroi" import "$from/before.ethtool" -o "$dir/one.csv"
	run -1 grep -q ',nic,statistic,' "$dir/one.csv"
}

@test "netperf, neper: bytes and window" {
	"$zcroi" import "$from/netperf.txt" -o "$dir/netperf.csv"
	grep -q ',tx,path,bytes,,49280625000,' "$dir/netperf.csv"
	grep -q ',tx,path,window_ns,,10000000000,' "$dir/netperf.csv"
	"$zcroi" import "$from/neper.txt" -o "$dir/neper.csv"
	grep -q ',rx,path,bytes,,48750000000,' "$dir/neper.csv"
	consistent "$dir/netperf.csv" "$dir/neper.csv"
}

@test "kperf, perf sched, perf report -n: figures that a hand can check" {
	"$zcroi" import --seconds 10 "$from/kperf.csv" -o "$dir/kperf.csv"
	consistent "$dir/kperf.csv"
	grep -q '^,tx,path,bytes,,47812500000,' "$dir/kperf.csv"
	grep -q '^,rx,path,bytes,,47656250000,' "$dir/kperf.csv"
	grep -q '^,tx,cpu,busy,,60,' "$dir/kperf.csv"
	grep -q '^,rx,cpu,busy,,87,' "$dir/kperf.csv"
	grep -q '^,tx,tcp,retransmits,0,12,' "$dir/kperf.csv"
	"$zcroi" import --end rx "$from/perf-sched.txt" -o "$dir/sched.csv"
	consistent "$dir/sched.csv"
	grep -q '^,rx,cpu,thread,zcpath/4711,1234500000,' "$dir/sched.csv"
	grep -q '^,rx,cpu,wait,zcpath/4711,25000000,' "$dir/sched.csv"
	"$zcroi" import --end rx "$from/perf-report-n.report" -o "$dir/n.csv"
	consistent "$dir/n.csv"
	run -0 "$zcroi" show symbols "$dir/n.csv"
	[[ $output =~ 69\.4[0-9]\ +task\ +\[kernel\]\ +\[k\]\ read_zero ]]
	run -0 "$zcroi" show components "$dir/n.csv"
	[[ $output == *"data copy"* ]]
}

# $1: record, $2: end,source,metric,key, $3: value
has() {
	awk -F, -v want=",$2" -v value="$3" 'index($0, want ",") == 1 && ($6 - value) ^ 2 < 1e-6 { found = 1 } END { exit !found }' "$1"
}

@test "perf sched timehist, cpupower monitor, powercap: figures that a hand can check" {
	"$zcroi" import --end rx "$from/perf-timehist.txt" -o "$dir/sched.csv"
	has "$dir/sched.csv" "rx,cpu,thread,zcpath rx/31949" 4000000
	has "$dir/sched.csv" "rx,cpu,wait,zcpath rx/31949" 500000
	has "$dir/sched.csv" rx,cpu,thread,gcc/31951 24000
	run ! grep -q idle "$dir/sched.csv"
	"$zcroi" import --end host --seconds 10 "$from/cpupower.txt" -o "$dir/cpupower.csv"
	has "$dir/cpupower.csv" host,cstate,time,0/C6 5e9
	has "$dir/cpupower.csv" host,cstate,time,1/POLL 150e6
	has "$dir/cpupower.csv" host,cpufreq,frequency,1 1200000
	has "$dir/cpupower.csv" "host,import,level,cpupower/Mperf C0/0" 40
	# Without seconds a share of time is no time.
	"$zcroi" import --end host "$from/cpupower.txt" -o "$dir/shares.csv"
	has "$dir/shares.csv" "host,import,level,cpupower/Idle_Stats C6/1" 90
	has "$dir/shares.csv" "host,import,level,cpupower/Nehalem C6/1" 80
	run ! grep -q ,cstate,time, "$dir/shares.csv"
	# 262143328850 - 262143000000 + 999671150 uJ, its counter began again; memory beside it; psys is no part.
	"$zcroi" import "$from/powercap.txt" -o "$dir/power.csv"
	has "$dir/power.csv" host,power,energy,rapl 1100
	has "$dir/power.csv" host,power,mean,rapl 110
	has "$dir/power.csv" "host,power,part,rapl/intel-rapl:0:0 core" 40
}

@test "damaged JSON: its line and column" {
	head -n 30 "$from/iperf3.json" >"$dir/cut.json"
	refused --as iperf3 "$dir/cut.json"
	sed 's/"usr": 23.27/"usr": 2x.27/' "$from/mpstat.json" >"$dir/typo.json"
	refused "$dir/typo.json"
	[[ $output == *"/typo.json:14:"* ]]
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
	sed 's/0.100      1.148/0.100/' "$from/perf-timehist.txt" >"$dir/timehist"
	refused "$dir/timehist"
	[[ $output == *"/timehist:5:"* ]]
	sed 's/ 2394|/ 23x4|/' "$from/cpupower.txt" >"$dir/cpupower"
	refused "$dir/cpupower"
	[[ $output == *"/cpupower:3:"*": expected a number, found \"23x4\""* ]]
	sed '/^   1|/s/|[^|]*$//' "$from/cpupower.txt" >"$dir/short"
	refused "$dir/short"
	sed /max_energy/d "$from/powercap.txt" >"$dir/wrapped"
	refused "$dir/wrapped"
	[[ $output == *"/wrapped:11:"*"max_energy_range_uj"* ]]
	sed '/^17/d' "$from/powercap.txt" >"$dir/timeless"
	refused "$dir/timeless"
}

@test "a name that harms: escapes, formulas, commas are text in the record" {
	cp "$from/devmem-1cpu-before-batching.trace" "$dir"/$'=a,b\x1b[31m.trace'
	"$zcroi" import "$dir"/$'=a,b\x1b[31m.trace' -o "$dir/named.csv"
	consistent "$dir/named.csv"
	run -1 grep -q $'\x1b' "$dir/named.csv"
	grep -q '"\\x3da,b\\x1b\[31m.trace"' "$dir/named.csv"
}
