#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcroi import: what the tools print with other options, in other languages and of other versions.

bats_require_minimum_version 1.5.0
load import

# $1: record, $2: end,source,metric,key, $3: value
has() {
	awk -F, -v want=",$2" -v value="$3" 'index($0, want ",") == 1 && ($6 - value) ^ 2 < 1e-6 { found = 1 } END { exit !found }' "$1"
}

# Of one measurement, in the ways in which languages write numbers: 1,234,567 and 12,345.67 msec.
counted() {
	printf "\n Performance counter stats for 'x':\n\n %16s msec task-clock    # 2 CPUs\n %18s      page-faults    # 3 K/sec\n %18s      faults\n\n %s seconds time elapsed\n\n" "$@"
}

@test "perf stat in English, German, French, Swiss: one number each" {
	counted 12,345.67 1,234,567 1,234 10.123456789 >"$dir/en"
	counted 12.345,67 1.234.567 1.234 10,123456789 >"$dir/de"
	counted $'12\xe2\x80\xaf345,67' $'1\xe2\x80\xaf234\xe2\x80\xaf567' $'1\xe2\x80\xaf234' 10,123456789 >"$dir/fr"
	counted $'12\xe2\x80\x99345.67' "1'234'567" $'1\xe2\x80\x99234' 10.123456789 >"$dir/ch"
	counted 12345.67 1234567 1234 10.123456789 >"$dir/plain"
	for language in en de fr ch plain; do
		"$zcroi" import --end rx "$dir/$language" -o "$dir/$language.csv"
		has "$dir/$language.csv" "rx,import,count,perf stat/task-clock in msec" 12345.67
		has "$dir/$language.csv" "rx,import,count,perf stat/page-faults" 1234567
		has "$dir/$language.csv" "rx,import,count,perf stat/faults" 1234
		has "$dir/$language.csv" rx,path,window_ns, 10123456789
	done
	counted 12,345.6.7 1,234,567 1,234 10.1 >"$dir/wrong"
	refused "$dir/wrong"
	counted 12,345.67 1,23,567 1,234 10.1 >"$dir/wrong"
	refused "$dir/wrong"
}

@test "perf stat of several runs, intervals, cores, threads and cgroups" {
	printf " Performance counter stats for 'x' (3 runs):\n\n 1,000,000 cycles  # 1 GHz ( +-  0.98%% )  (50.00%%)\n\n  1.5000 +- 0.0123 seconds time elapsed  ( +-  1.00%% )\n\nSome events weren't counted. Try disabling the NMI watchdog:\n\techo 0 > /proc/sys/kernel/nmi_watchdog\n" >"$dir/runs"
	"$zcroi" import --end rx "$dir/runs" -o "$dir/runs.csv"
	has "$dir/runs.csv" rx,pmu,cycles,all 1000000
	has "$dir/runs.csv" rx,pmu,share,all/cycles 0.5
	has "$dir/runs.csv" rx,path,window_ns, 1500000000
	printf '1000000,,cycles,0.98%%,500,50.00,,\n' >"$dir/runs.x"
	"$zcroi" import --end rx "$dir/runs.x" -o "$dir/runs.csv"
	has "$dir/runs.csv" rx,pmu,share,all/cycles 0.5
	printf '#           time             counts unit events\n     1.000100000   100   cycles\n     1.000100000   7   cs\n     2.000200000   300   cycles\n     2.000200000   8   cs\n' >"$dir/intervals"
	printf '     1.000100000,100,,cycles,9,100.00,,\n     2.000200000,300,,cycles,9,50.00,,\n     2.000200000;8;;cs;9;100.00;;\n' | head -n 2 >"$dir/intervals.x"
	printf '{"interval" : 1.0001, "counter-value" : "100.0", "unit" : "", "event" : "cycles", "pcnt-running" : 100.00}\n{"interval" : 2.0002, "counter-value" : "300.0", "unit" : "", "event" : "cycles", "pcnt-running" : 50.00}\n' >"$dir/intervals.j"
	for form in intervals intervals.x intervals.j; do
		"$zcroi" import --end rx "$dir/$form" -o "$dir/i.csv"
		has "$dir/i.csv" rx,pmu,cycles,all 400
		has "$dir/i.csv" rx,path,window_ns, 2000200000
		[ "$form" = intervals ] || has "$dir/i.csv" rx,pmu,share,all/cycles 0.75
	done
	printf " Performance counter stats for 'system wide':\n\nS0-D0-C0   2   1,100 cycles\nS0-D0-C1   2   2,200 cycles\nS0-D0-C0   2   <not counted> cs\nS0-D0-C1   2   5 cs\n\n 1.0 seconds time elapsed\n" >"$dir/cores"
	"$zcroi" import --end rx "$dir/cores" -o "$dir/cores.csv"
	has "$dir/cores.csv" rx,pmu,cycles,all 3300
	grep -q 'collector,absent,perf stat/cs,' "$dir/cores.csv"
	run ! grep -q 'count,perf stat/cs' "$dir/cores.csv"
	printf '1.5;msec;task-clock;/one;9;100.00;;\n2.5;msec;task-clock;/two;9;100.00;;\n' >"$dir/cgroups"
	"$zcroi" import --end rx "$dir/cgroups" -o "$dir/cgroups.csv"
	has "$dir/cgroups.csv" "rx,import,count,perf stat/task-clock in msec//one" 1.5
	printf 'a-1,5,,cs,9,100.00,,\nb c-2,<not counted>,,cs,0,100.00,,\n' >"$dir/threads"
	"$zcroi" import --end rx "$dir/threads" -o "$dir/threads.csv"
	has "$dir/threads.csv" "rx,import,count,perf stat/cs" 5
	# Two runs in a file are no run.
	cat "$dir/runs" "$dir/runs" >"$dir/twice"
	refused "$dir/twice"
	cat "$dir/runs.x" "$dir/runs.x" >"$dir/twice"
	refused "$dir/twice"
}

report() {
	printf '# Samples: 1K of event %s\n# Event count (approx.): 1000000000\n#\n' "'$1'"
	printf '# %s\n#\n' "${@:2}"
}

@test "perf report with chains, colours, other columns; groups, two events, two runs; perf diff" {
	report cycles "Overhead  Command      Shared Object      Symbol" "........  ...........  .................  ......" >"$dir/head"
	{
		cat "$dir/head"
		printf '    \e[31m60.00%%\e[m  zcpath       [kernel.kallsyms]  [k] rep_movs_alternative\n40.00%% rep_movs_alternative;copy;main\n           20.00%%\n              |--5.00%%--main\n'
		printf '    30.00%%  ksoftirqd/0  [kernel.kallsyms]  [k] tcp_gro_receive\n    10.00%%  swapper      [kernel.kallsyms]  [k] tcp_v4_rcv\n'
	} >"$dir/chains"
	"$zcroi" import --end rx "$dir/chains" -o "$dir/chains.csv"
	has "$dir/chains.csv" "rx,profile,symbol,task;[kernel];rep_movs_alternative" 600
	has "$dir/chains.csv" "rx,profile,symbol,softirq;[kernel];tcp_gro_receive" 300
	has "$dir/chains.csv" "rx,profile,symbol,softirq;[kernel];tcp_v4_rcv" 100
	sed 's/$/\r/; 1s/^/\xef\xbb\xbf/' "$dir/chains" >"$dir/windows"
	"$zcroi" import --end rx --name chains "$dir/windows" -o "$dir/windows.csv"
	diff <(grep ,profile, "$dir/chains.csv") <(grep ,profile, "$dir/windows.csv")
	{
		report cycles "Overhead       Pid:Command   Symbol" "........  ................  ......"
		printf '    60.00%%    14:ksoftirqd/0  [k] tcp_gro_receive\n'
	} >"$dir/pid"
	"$zcroi" import --end rx "$dir/pid" -o "$dir/pid.csv"
	has "$dir/pid.csv" "rx,profile,symbol,softirq;[unknown];tcp_gro_receive" 600
	{
		printf "# Samples: 1K of events 'cycles, page-faults'\n# Event count (approx.): 5\n#\n#         Overhead  Command  Symbol\n# ................  .......  ......\n"
		printf '    70.00%%   3.00%%  zcpath   [k] tcp_gro_receive\n    30.00%%   0.00%%  zcpath   [k] tcp_v4_rcv\n'
	} >"$dir/group"
	"$zcroi" import --end rx "$dir/group" -o "$dir/group.csv"
	has "$dir/group.csv" "rx,profile,symbol,task;[unknown];tcp_gro_receive" 0.7
	grep -q 'collector,absent,profile/events' "$dir/group.csv"
	{ cat "$dir/chains"; sed s/cycles/page-faults/ "$dir/chains"; } >"$dir/events"
	"$zcroi" import --end rx "$dir/events" -o "$dir/events.csv"
	grep -q 'collector,absent,profile/events' "$dir/events.csv"
	cat "$dir/chains" "$dir/chains" >"$dir/twice"
	refused "$dir/twice"
	sed 's/Command      Shared Object      Symbol/Command \/ Shared Object \/ Symbol/' "$dir/chains" >"$dir/hierarchy"
	refused "$dir/hierarchy"
	printf "# Event 'cycles'\n#\n# Baseline  Delta Abs  Shared Object      Symbol\n# ........  .........  .................  ......\n#\n    60.00%%    -20.00%%  [kernel.kallsyms]  [k] rep_movs_alternative\n    40.00%%             [kernel.kallsyms]  [k] gone\n              +60.00%%  [kernel.kallsyms]  [k] new\n" >"$dir/diff"
	refused "$dir/diff"
	"$zcroi" import --end rx --side left "$dir/diff" -o "$dir/left.csv"
	has "$dir/left.csv" "rx,profile,symbol,task;[kernel];gone" 0.4
	run ! grep -q ';new' "$dir/left.csv"
	"$zcroi" import --end rx --side right "$dir/diff" -o "$dir/right.csv"
	has "$dir/right.csv" "rx,profile,symbol,task;[kernel];rep_movs_alternative" 0.4
	has "$dir/right.csv" "rx,profile,symbol,task;[kernel];new" 0.6
	run ! grep -q ';gone' "$dir/right.csv"
}

@test "perf script: of several events that of the CPU's time; perf trace: old tables, errors by number" {
	printf 'a 1 1.0:   1 page-faults: \n\tffffffff81000000 early+0x1 ([kernel.kallsyms])\n\na 1 2.0:   1000 cpu-clock: \n\tffffffff81000000 late+0x1 ([kernel.kallsyms])\n\t               0 [unknown] ([unknown])\n\n' >"$dir/script"
	"$zcroi" import --end rx "$dir/script" -o "$dir/script.csv"
	has "$dir/script.csv" "rx,profile,symbol,task;[kernel];late" 1
	run ! grep -q ';early' "$dir/script.csv"
	# perf 4.0 had no column of errors, and 3.12 none of totals.
	printf '   syscall            calls      min       avg       max      stddev\n                               (msec)    (msec)    (msec)        (%%)\n   --------------- -------- --------- --------- ---------     ------\n   recvmsg               10     0.001     0.500     1.000      1.00%%\n' >"$dir/old"
	"$zcroi" import --end rx "$dir/old" -o "$dir/old.csv"
	has "$dir/old.csv" rx,syscalls,total,recvmsg 5000000
	run ! grep -q ,syscalls,errors, "$dir/old.csv"
	printf '   syscall            calls  errors  total       min       avg       max       stddev\n                                     (msec)    (msec)    (msec)    (msec)        (%%)\n   --------------- --------  ------ -------- --------- --------- ---------     ------\n   newfstatat           592     86    19.855     0.020     0.034     0.145      1.22%%\n\t\t\t\tENOENT: 86\n   close                  2      0     1.000     0.100     0.500     0.900      1.00%%\n' >"$dir/errno"
	"$zcroi" import --end rx "$dir/errno" -o "$dir/errno.csv"
	has "$dir/errno.csv" rx,syscalls,errors,newfstatat 86
	has "$dir/errno.csv" rx,syscalls,calls,close 2
}

@test "perf trace of several programs: their calls are added up, and it is said" {
	entered 10 | sed '1i\ zc rx (1), 20 events, 50.0%\n' >"$dir/one"
	{ cat "$dir/one"; echo; sed 's/zc rx/zc tx/' "$dir/one"; } >"$dir/two"
	run -0 --separate-stderr "$zcroi" import --end rx "$dir/two" -o "$dir/two.csv"
	[[ $stderr == *"zc rx, zc tx"* ]]
	has "$dir/two.csv" rx,syscalls,calls,io_uring_enter 20
	run -0 --separate-stderr "$zcroi" import --end rx "$dir/one" -o "$dir/one.csv"
	[ -z "$stderr" ]
}

@test "perf sched: names of several words; timehist with wake-ups, bars, and its summary" {
	printf '  Task                  |   Runtime ms  |  Count   | Avg delay ms    |\n  zc rx:1               |   10.000 ms |      2 | avg:   0.500 ms |\n  zc tx:2               |   20.000 ms |      1 | avg:   0.100 ms |\n' >"$dir/latency"
	"$zcroi" import --end rx "$dir/latency" -o "$dir/latency.csv"
	has "$dir/latency.csv" "rx,cpu,thread,zc rx/1" 10000000
	has "$dir/latency.csv" "rx,cpu,wait,zc tx/2" 100000
	printf '           time    cpu  012  task name                       wait time  sch delay   run time\n                             [tid/pid]                          (msec)     (msec)     (msec)\n   1.000000 [0000]  s    zc rx[1/2]          0.000      0.500      2.000\n   1.000001 [0000]       zc rx[1/2]                             awakened: b[3]\n   1.000002 [0001]   i   <idle>             9.000      0.000      9.000\n' >"$dir/bars"
	"$zcroi" import --end rx "$dir/bars" -o "$dir/bars.csv"
	has "$dir/bars.csv" "rx,cpu,thread,zc rx/1" 2000000
	run ! grep -q idle "$dir/bars.csv"
	printf 'Runtime summary\n     comm  parent   sched-in     run-time    min-run     avg-run     max-run  stddev  migrations\n      (count)   (msec)\n----\n  zc rx[1/2]   2   88   18.537   0.037   0.210   5.844   30.99   0\n  kthreadd[3]   -1   1   0.298   0.298   0.298   0.298   0.00   0\n' >"$dir/summary"
	"$zcroi" import --end rx "$dir/summary" -o "$dir/summary.csv"
	has "$dir/summary.csv" "rx,cpu,thread,zc rx/1" 18537000
	has "$dir/summary.csv" rx,cpu,thread,kthreadd/3 298000
}

@test "mpstat as text, pidstat with half days, commas, percent signs and other tables" {
	printf 'Linux 6.18.0 (host) \t11/29/26 \t_x86_64_\t(2 CPU)\n\n12:59:59 PM  CPU    %%usr   %%nice    %%sys %%iowait    %%irq   %%soft  %%steal  %%guest  %%gnice   %%idle\n01:00:00 PM  all   10,00    0,00   20,00   30,00    0,00    5,00    0,00    0,00    0,00   35,00\n01:00:00 PM    0   20,00    0,00   40,00   20,00    0,00   10,00    0,00    0,00    0,00   10,00\n\n01:00:00 PM  CPU    %%usr   %%nice    %%sys %%iowait    %%irq   %%soft  %%steal  %%guest  %%gnice   %%idle\n01:00:01 PM  all   10,00    0,00   20,00   30,00    0,00    5,00    0,00    0,00    0,00   35,00\n01:00:01 PM    0   40,00    0,00   40,00    0,00    0,00   10,00    0,00    0,00    0,00   10,00\n\n01:00:00 PM  CPU    intr/s\n01:00:01 PM    0    353,47\n\nDurchschn.:  CPU    %%usr   %%nice    %%sys %%iowait    %%irq   %%soft  %%steal  %%guest  %%gnice   %%idle\nDurchschn.:    0   90,00    0,00    0,00   10,00    0,00    0,00    0,00    0,00    0,00    0,00\n' >"$dir/mpstat"
	"$zcroi" import --end rx "$dir/mpstat" -o "$dir/mpstat.csv"
	has "$dir/mpstat.csv" rx,cpu,user,0 600000000
	has "$dir/mpstat.csv" rx,cpu,iowait,0 200000000
	has "$dir/mpstat.csv" rx,cpu,busy, 80
	# What is no text in any language, twice: the second is held against the first.
	printf '01:00:00     CPU    %%usr   %%idle\n01:00:01       \xff    1.00    9.00\n01:00:01       \xff    1.00    9.00\n' >"$dir/broken"
	refused "$dir/broken"
	printf 'Linux 6.18.0 (host) \t11/29/26 \t_x86_64_\t(2 CPU)\n\n# Time        UID       PID    %%usr %%system  %%guest   %%wait    %%CPU   CPU  Command\n10:49:16 PM     0         7    1,00    2,00    0,00    0,50    3,00     1  zcpath rx\n\n# Time        UID       PID   kB_rd/s   kB_wr/s kB_ccwr/s iodelay x y z Command\n10:49:16 PM     0         7    9,00    9,00    9,00    9 9 9 9 zcpath rx\n' >"$dir/pidstat"
	"$zcroi" import --end rx --seconds 10 "$dir/pidstat" -o "$dir/pidstat.csv"
	has "$dir/pidstat.csv" "rx,cpu,thread,zcpath rx/7" 300000000
	has "$dir/pidstat.csv" "rx,cpu,wait,zcpath rx/7" 50000000
	sed 's/,\(..\) /.\1% /g' "$dir/pidstat" >"$dir/human"
	"$zcroi" import --end rx --seconds 10 "$dir/human" -o "$dir/human.csv"
	diff <(grep ,cpu, "$dir/pidstat.csv") <(grep ,cpu, "$dir/human.csv")
	# Three digits behind a comma may be thousands.
	sed 's/3,00 /3,000 /' "$dir/pidstat" >"$dir/thousands"
	refused --seconds 10 "$dir/thousands"
}

@test "turbostat without a column of CPUs: the machine's row, not the mean over packages" {
	printf 'Busy%%\tPkgWatt\n10.00\t300.00\n10.00\t150.00\n10.00\n10.00\t150.00\n' >"$dir/shown"
	"$zcroi" import "$dir/shown" -o "$dir/shown.csv"
	has "$dir/shown.csv" host,power,mean,rapl 300
	printf 'Busy%%\tPkgWatt\n10.00\t300.00\n20.00\t100.00\n' >"$dir/summary"
	"$zcroi" import "$dir/summary" -o "$dir/summary.csv"
	has "$dir/summary.csv" host,power,mean,rapl 200
}

@test "cpupower: old and new heads, CPUs that are offline, how long it took, twins among names" {
	printf 'sleep took 10.00000 seconds and exited with status 0\n    |Mperf                || Idle_Stats\nPKG |CORE|CPU | C0   | Cx   | Freq || POLL | C1-A | C1-A\n   0|   0|   0| 40,00| 60,00|  2394||  0,00| 10,00| 50,00\n   0|   1|   1| *is offline\n   0|   2|   2|******|******|  1200||  1,50|  2,50| 90,00 *is offline\n' >"$dir/old"
	"$zcroi" import "$dir/old" -o "$dir/old.csv"
	has "$dir/old.csv" host,cstate,time,0/C1-A 1e9
	has "$dir/old.csv" "host,cstate,time,0/C1-A#2" 5e9
	run ! grep -q 'time,[12]/' "$dir/old.csv"
	# Some versions name the package alone, above a row for each CPU.
	printf '              | Mperf\n PKG| C0   | Cx   | Freq\n   0| 40.00| 60.00|  2394\n   0|  5.00| 95.00|  1200\n' >"$dir/package"
	refused "$dir/package"
}

@test "ethtool: names that come twice, levels that fall, two devices in a file" {
	printf 'NIC statistics:\n     rx: 10\n     rx: 100\n     used: 7\n     tx: 5\n' >"$dir/one"
	printf 'NIC statistics:\n     rx: 11\n     rx: 300\n     used: 3\n     tx: 9\n' >"$dir/two"
	"$zcroi" import "$dir/one" "$dir/two" -o "$dir/nic.csv"
	has "$dir/nic.csv" host,nic,statistic,ethtool:rx 1
	has "$dir/nic.csv" "host,nic,statistic,ethtool:rx#2" 200
	has "$dir/nic.csv" host,nic,statistic,ethtool:tx 4
	grep -q 'collector,absent,ethtool:used,' "$dir/nic.csv"
	refused "$dir/two" "$dir/one"
	cat "$dir/one" "$dir/two" >"$dir/both"
	refused "$dir/both"
	consistent "$dir/nic.csv"
}

@test "iperf3 -O: what was left out is in no figure; a flow of more than 1 Tbit/s" {
	python3 - >"$dir/omit.json" <<-'END'
		import json
		def interval(omitted, n): return {"sum": {"seconds": 1.0, "bytes": n, "omitted": omitted, "sender": True}}
		print(json.dumps({"start": {"connecting_to": {}, "test_start": {"protocol": "TCP"}, "connected": []}, "intervals": [interval(True, 10), interval(False, 1000)], "end": {"sum_sent": {"seconds": 1.0, "bytes": 1000}}}, indent=1))
	END
	"$zcroi" import "$dir/omit.json" -o "$dir/omit.csv"
	has "$dir/omit.csv" tx,path,bytes, 1000
	has "$dir/omit.csv" tx,path,window_ns, 1000000000
	{
		echo '{"event":"start","data":{"connecting_to":{},"test_start":{"protocol":"TCP"}}}'
		echo '{"event":"interval","data":{"sum":{"seconds":1.0,"bytes":10,"omitted":true,"sender":true}}}'
		echo '{"event":"interval","data":{"sum":{"seconds":1.0,"bytes":1000,"omitted":false,"sender":true}}}'
	} >"$dir/stream"
	"$zcroi" import "$dir/stream" -o "$dir/stream.csv"
	has "$dir/stream.csv" tx,path,bytes, 1000
	printf 'ESTAB 0 0 a b\n\t cubic rto:204 rtt:0.05/0.02 mss:1448 cwnd:10 delivery_rate 1.2Tbps\n' >"$dir/ss"
	"$zcroi" import --end tx "$dir/ss" -o "$dir/ss.csv"
	has "$dir/ss.csv" tx,tcp,delivery_rate,0 1.5e11
}

# $1: calls of io_uring_enter in 100 s
entered() {
	printf '   syscall            calls  errors  total       min       avg       max       stddev\n                                     (msec)    (msec)    (msec)    (msec)        (%%)\n   --------------- --------  ------ -------- --------- --------- ---------     ------\n   io_uring_enter  %8d      0 71000.000     0.001     0.007   120.000      1.00%%\n' "$1"
}

# $1: percent of iowait, $2: of C6
waited() {
	printf '12:00:50     CPU    %%usr   %%nice    %%sys %%iowait    %%irq   %%soft  %%steal  %%guest  %%gnice   %%idle\n12:00:50       1    1.00    0.00   30.00   %s    0.00    0.00    0.00    0.00    0.00   10.00\n' "$1" >"$dir/mpstat"
	printf '    | Idle_Stats\n CPU| C1   | C6   | POLL\n   1| 20.00| %s|  5.00\n' "$2" >"$dir/cpupower"
}

@test "explain tables of others: more calls of io_uring_enter, iowait, the limit of an end's CPUs" {
	entered 1100000 >"$dir/few"
	entered 10500000 >"$dir/many"
	"$zcroi" import --end rx --throughput 110G --seconds 100 "$dir/few" -o "$dir/a.csv"
	"$zcroi" import --end rx --throughput 80G --seconds 100 "$dir/many" -o "$dir/b.csv"
	run -0 "$zcroi" explain --format json "$dir/a.csv" "$dir/b.csv"
	[[ $output == *'"id": "enters"'* ]]
	waited 0.10 60.00
	"$zcroi" import --end rx --cpus 1 --throughput 110G --seconds 100 "$dir/mpstat" "$dir/cpupower" -o "$dir/a.csv"
	waited 35.00 5.00
	"$zcroi" import --end rx --cpus 1 --throughput 80G --seconds 100 "$dir/mpstat" "$dir/cpupower" -o "$dir/b.csv"
	run -0 "$zcroi" explain --format json "$dir/a.csv" "$dir/b.csv"
	[[ $output == *'"id": "iowait"'* ]]
	grep -q ',rx,fact,end_cpus,,1,' "$dir/b.csv"
	# Of the idle states what is left is no idle state; POLL is the shallowest.
	run -0 "$zcroi" show cstate --format csv "$dir/b.csv"
	[[ $output == *"rx,1,5,20,5,70"* ]]
	"$zcroi" import --end rx --cpus 0 --throughput 74.39G --seconds 100 --busy 100 "$from/devmem-1cpu-before-batching.trace" "$from/devmem-1cpu.report" -o "$dir/a.csv"
	"$zcroi" import --end rx --cpus 0 --throughput 92.42G --seconds 100 --busy 100 "$from/devmem-1cpu-after-batching.trace" "$from/devmem-1cpu-batch.report" -o "$dir/b.csv"
	run -0 "$zcroi" explain "$dir/a.csv" "$dir/b.csv"
	[[ $output == *"limit      of B: the receiver's CPU (100 % busy)"* ]]
	[[ $output == *"1. possible token_lock at the receiver"* ]]
	# Nothing known is one sentence with its commas where they belong.
	"$zcroi" import --end rx --throughput 110G --seconds 100 "$dir/few" -o "$dir/a.csv"
	"$zcroi" import --end rx --throughput 80G --seconds 100 "$dir/few" -o "$dir/b.csv"
	run -0 "$zcroi" explain "$dir/a.csv" "$dir/b.csv"
	[[ $output == "B is 27.3 % slower, as single runs show, and no cause"* ]]
}

@test "a record in the place of what it is made of: refused, also by another name, and the file is left" {
	cp "$from/devmem-1cpu.report" "$dir/table"
	ln -s table "$dir/link"
	ln "$dir/table" "$dir/hard"
	for name in table link hard; do
		run -2 "$zcroi" import "$dir/table" -o "$dir/$name"
		[[ $output == *"one of the files to be read"* ]]
		cmp "$from/devmem-1cpu.report" "$dir/table"
	done
}

@test "a page or a picture in the place of a record: refused" {
	mkdir "$dir/c"
	"$zcroi" import --end rx "$from/devmem-1cpu.report" -o "$dir/c/run-1.csv"
	cp "$dir/c/run-1.csv" "$dir/kept.csv"
	ln -s c/run-1.csv "$dir/roi.svg"
	run -2 "$zcroi" report "$dir" -o "$dir/c/run-1.csv"
	[[ $output == *"there is a record"* ]]
	run -2 "$zcroi" plot roi "$dir" -o "$dir/roi.svg"
	[[ $output == *"there is a record"* ]]
	cmp "$dir/c/run-1.csv" "$dir/kept.csv"
}

@test "two tables by paste, pr -m and diff -y: each side is what its own file is" {
	local kind left right by s
	for kind in trace report; do
		left=$from/devmem-1cpu-before-batching.trace right=$from/devmem-1cpu-after-batching.trace
		[ $kind = trace ] || left=$from/devmem-1cpu.report right=$from/devmem-1cpu-batch.report
		"$zcroi" import --end rx --name x "$left" -o "$dir/left.csv"
		"$zcroi" import --end rx --name x "$right" -o "$dir/right.csv"
		paste "$left" "$right" >"$dir/paste"
		paste -d'|' "$left" "$right" >"$dir/bar"
		pr -m -t -w 200 "$left" "$right" >"$dir/pr"
		diff -y -W 200 "$left" "$right" >"$dir/diff" || true
		for by in paste bar pr diff; do
			for s in left right; do
				"$zcroi" import --end rx --name x --side $s "$dir/$by" -o "$dir/side.csv"
				diff <(grep -v ,imported, "$dir/$s.csv") <(grep -v ,imported, "$dir/side.csv")
			done
		done
	done
}

@test "what explain tells to type: each part of zcroi show is one" {
	local part
	"$zcroi" import --end rx "$from/devmem-1cpu.report" -o "$dir/r.csv"
	for part in $(grep -oh 'zcroi show [a-z]*' "$BATS_TEST_DIRNAME/../../analyze/causes/mechanisms.def" | cut -d' ' -f3 | sort -u); do
		"$zcroi" show "$part" "$dir/r.csv" || [ $? -ne 2 ]
	done
}
