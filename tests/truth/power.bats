#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Power against meters whose figures are known: a command that prints a ramp, a log, RAPL's files
# made up, and an experiment with a meter.
#
# Alone: made-up meters rise by the clock.

load measured.sh
load ../host/zcprof_run

setup() {
	measured_setup
}

teardown() {
	stop_all
}

# Seconds of CLOCK_MONOTONIC between which the window was open.
edges() {
	awk '$1 == "open" { o = $2 } $1 == "closed" { print o, $2 }' "$dir/measure.out"
}

near() {
	awk -v a="$1" -v b="$2" -v most="$3" 'BEGIN {
		print a, "for", b
		exit !(a - b <= most && b - a <= most)
	}'
}

# A tree in place of /sys/class: zone DIRECTORY NAME UJ RANGE
zone() {
	local at=$dir/class/powercap/$1

	mkdir -p "$at"
	echo "$2" >"$at/name"
	echo "$3" >"$at/energy_uj"
	echo "$4" >"$at/max_energy_range_uj"
}

made_up() {
	[ "$(id -u)" = 0 ] || skip "needs root: it mounts in a namespace of its own"
	mkdir -p "$dir/tool" "$dir/class"
	cat >"$dir/tool/collect" <<-END
		#!/bin/sh
		exec unshare -m sh -c 'mount --bind "\$0" /sys/class && exec "\$@"' \
			"$dir/class" "$tool/collect" "\$@"
	END
	chmod +x "$dir/tool/collect"
	tool=$dir/tool
}

@test "a command that prints a ramp: the mean is the ramp's power at the middle of the window" {
	# 50 W for each second of the clock that the edges are told in, from now: no meter says megawatts.
	begin=$(python3 -c 'import time; print(time.clock_gettime(time.CLOCK_MONOTONIC))')
	cat >"$dir/meter" <<-'END'
		import sys, time
		while True:
		    print(100 + 50 * (time.clock_gettime(time.CLOCK_MONOTONIC) - float(sys.argv[1])), flush=True)
		    time.sleep(0.05)
	END
	measure --rx $$ --tx 1 --power "cmd:python3 $dir/meter $begin" --power idle:100 power
	sleep 0.5
	tell measure open
	sleep 2
	measured
	read -r open closed < <(edges)
	mean=$(figure host power mean cmd)
	# The edges are told a moment after they were taken.
	near "$mean" "$(awk -v a="$open" -v b="$closed" -v begin="$begin" 'BEGIN { printf "%f", 100 + 50 * ((a + b) / 2 - begin) }')" 5
	near "$(figure host power above_idle cmd)" "$(awk -v m="$mean" 'BEGIN { printf "%f", m - 100 }')" 0.01
	near "$(figure host power energy cmd)" \
		"$(awk -v a="$open" -v b="$closed" -v m="$mean" 'BEGIN { printf "%f", m * (b - a) }')" \
		"$(awk -v m="$mean" 'BEGIN { print m / 10 }')"
	between 20 "$(figure host power readings cmd)" 45
}

@test "a command that prints one line is run again, and nothing of it is left behind" {
	echo 'echo 230.5; echo run >>'"$dir/runs" >"$dir/meter"
	measure --tx $$ --power "cmd:sh $dir/meter; sleep 0.1" power
	sleep 0.5
	tell measure open
	sleep 2.5
	measured
	[ "$(figure tx power mean cmd)" = 230.5 ]
	[ "$(wc -l <"$dir/runs")" -ge 3 ]
	run pgrep -f "$dir/meter"
	[ "$status" -ne 0 ]
}

@test "a command that prints no watts is an absent row that quotes it" {
	"$tool/collect" --seconds 0.5 --power "cmd:echo no sensor" power >"$dir/run.csv"
	grep -q "^,host,collector,absent,power,.*'no sensor', which is no number of watts" "$dir/run.csv"
	"$tool/collect" --seconds 0.5 --power "cmd:false" power >"$dir/run.csv"
	grep -q "^,host,collector,absent,power,the meter said nothing; run its command by hand" \
		"$dir/run.csv"
}

@test "a log is joined by time, whichever way it says it" {
	# Ten seconds around now at 1 Hz, 200 W and 1 W more for each second of the clock.
	python3 - "$dir" <<-'END'
		import datetime, sys, time
		start = int(time.time()) - 2
		with open(sys.argv[1] + "/epoch", "w") as epoch, open(sys.argv[1] + "/iso", "w") as iso:
		    print("time,watts", file=epoch)
		    for t in range(start, start + 10):
		        print(f"{t},{200 + t - start}", file=epoch)
		        at = datetime.datetime.fromtimestamp(t, datetime.timezone(datetime.timedelta(hours=3)))
		        print(f"{at.isoformat()},{200 + t - start}", file=iso)
		print(start)
	END
	start=$(sed -n 2p "$dir/epoch" | cut -d, -f1)
	for log in epoch iso; do
		before=$(date +%s.%N)
		"$tool/collect" --rx $$ --seconds 1.5 --power "csv:$dir/$log" power >"$dir/run.csv"
		after=$(date +%s.%N)
		# The window lies between the two, 1.5 s of it: so does its middle.
		between "$(awk -v s="$start" -v t="$before" 'BEGIN { print 200 + t - s + 0.75 }')" \
			"$(figure rx power mean csv)" \
			"$(awk -v s="$start" -v t="$after" 'BEGIN { print 200 + t - s - 0.75 }')"
	done
	printf '1,200\n2,201\n' >"$dir/old"
	"$tool/collect" --seconds 0.1 --power "csv:$dir/old" power >"$dir/run.csv"
	grep -q "absent,power,the meter's readings span less than half of the window: 0 of 2" "$dir/run.csv"
	"$tool/collect" --seconds 0.1 --power "csv:$dir/none" power >"$dir/run.csv"
	grep -q "absent,power,cannot open the meter's log $dir/none: No such file" "$dir/run.csv"
}

@test "RAPL: packages and their memory add up, one counter wraps, and nothing counts twice" {
	made_up
	zone intel-rapl:0 package-0 262143000000 262143328850
	zone intel-rapl:0:0 core 5000000 262143328850
	zone intel-rapl:0:1 dram 1000000 65712999613
	zone intel-rapl:1 package-1 7000000 262143328850
	zone intel-rapl:2 psys 1 262143328850
	measure --rx $$ power
	tell measure open
	sleep 1
	# 100 J over the wrap, 20 J, 30 J, 80 J, 300 J.
	echo 99671150 >"$dir/class/powercap/intel-rapl:0/energy_uj"
	echo 25000000 >"$dir/class/powercap/intel-rapl:0:0/energy_uj"
	echo 31000000 >"$dir/class/powercap/intel-rapl:0:1/energy_uj"
	echo 87000000 >"$dir/class/powercap/intel-rapl:1/energy_uj"
	echo 300000001 >"$dir/class/powercap/intel-rapl:2/energy_uj"
	measured
	near "$(figure rx power energy rapl)" 210 0.001
	read -r open closed < <(edges)
	seconds=$(awk -v m="$(figure rx power mean rapl)" 'BEGIN { print 210 / m }')
	near "$seconds" "$(awk -v a="$open" -v b="$closed" 'BEGIN { print b - a }')" 0.1
	for part in package-0=100 package-0/core=20 package-0/dram=30 package-1=80 psys=300; do
		near "$(figure rx power part "rapl/${part%=*}")" \
			"$(awk -v j="${part#*=}" -v s="$seconds" 'BEGIN { print j / s }')" 0.01
	done
}

@test "RAPL: a counter that begins anew twice in the window, as at 400 W in 330 s" {
	made_up
	zone intel-rapl:0 package-0 20000000000 65532610987
	zone intel-rapl:1 package-1 0 0
	zone intel-rapl:2 package-2 0 0
	rm "$dir/class/powercap/intel-rapl:2/max_energy_range_uj"
	measure --rx $$ power
	tell measure open
	# 30 kJ each third of a second, in all 180 kJ.
	for uj in 50000000000 14467389013 44467389013 8934778026 38934778026 3402167039; do
		printf '%-20d\n' $uj >"$dir/class/powercap/intel-rapl:0/energy_uj"
		sleep 0.4
	done
	measured
	near "$(figure rx power energy rapl)" 180000 1
}

@test "RAPL: a counter that is set back, or goes back with a range that nobody knows, has no power" {
	made_up
	zone intel-rapl:0 package-0 30000000000 65532610987
	zone intel-rapl:1 package-1 5000000 0
	for zone in 0 1; do
		measure --rx $$ power
		sleep 0.5
		tell measure open
		echo 3 >"$dir/class/powercap/intel-rapl:$zone/energy_uj"
		sleep 0.5
		measured
		grep "absent,power,.*rapl/package-$zone does not tell of the window: its counter" "$dir/run.csv"
		! grep -E '^,[a-z]+,power,' "$dir/run.csv" || false
	done
}

@test "without any meter the record says so, and how to name one" {
	made_up
	"$tool/collect" --seconds 0.1 power >"$dir/run.csv"
	grep -q '^,host,collector,absent,power,.*no power meter.*--power cmd:COMMAND' "$dir/run.csv"
}

@test "an experiment with a meter: zcroi table has P and T²/P" {
	as_root
	"$BUILD/zcprof" run --collect cpu,power --power "cmd:echo 250" --power idle:230 --seconds 3 \
		--warmup 0.2 --repeat 1 --cpu 0 -o "$dir/out"
	file="$dir/out/rx=copy,tx=copy/run-1.csv"
	[ "$(value "$file" host power mean cmd)" = 250 ]
	[ "$(value "$file" host power above_idle cmd)" = 20 ]
	between 700 "$(value "$file" host power energy cmd)" 800
	grep -q '^power cmd:echo 250$' "$dir/out/plan"
	run "$BUILD/zcroi" table "$dir/out"
	echo "$output"
	[[ $output == *" P "*"T²/P"* ]]
	"$BUILD/zcroi" table --format json "$dir/out" | python3 -c '
import json, sys
c = json.load(sys.stdin)["configurations"][0]
assert c["power_total_w"] == 250
assert abs(c["roi_power_total"] - c["throughput_gbit_s"] ** 2 / 250) < 1e-9'
	for wrong in cmd: ipmi; do
		run "$BUILD/zcprof" run --power "$wrong" --dry-run
		[ "$status" -eq 2 ]
		[[ $output == *"--power $wrong: expected cmd:COMMAND, csv:FILE, own:METER"* ]]
	done
	for wrong in none 0 measure=0 measured; do
		run "$BUILD/zcprof" run --power "idle:$wrong" --dry-run
		[ "$status" -eq 2 ]
		[[ $output == *"--power idle:$wrong: expected"* ]]
	done
	run "$BUILD/zcprof" run --power csv:log --power idle:measure --dry-run
	[ "$status" -eq 2 ]
	[[ $output == *"a log is read after the run"* ]]
}

@test "idle power is measured before the runs, by the meter that the runs have" {
	as_root
	# 100 W, and 50 W more while this test's own zcpath is there.
	cp "$BUILD/zcpath" "$dir/zcp$$"
	cat >"$dir/meter" <<-END
		while :; do
		    if pgrep -x "zcp$$" >/dev/null; then echo 150; else echo 100; fi
		    sleep 0.1
		done
	END
	"$BUILD/zcprof" run --collect cpu,power --power "cmd:bash $dir/meter" --power idle:measure=1 \
		--zcpath "$dir/zcp$$" --seconds 1 --warmup 0.3 --repeat 1 --cpu 0 -o "$dir/out"
	file="$dir/out/rx=copy,tx=copy/run-1.csv"
	[ "$(value "$file" host power idle cmd)" = 100 ]
	[ "$(value "$file" host power idle_window cmd)" = 1 ]
	[ "$(value "$file" host power mean cmd)" = 150 ]
	[ "$(value "$file" host power above_idle cmd)" = 50 ]
	grep -q '^power idle:measure=1$' "$dir/out/plan"
	run "$BUILD/zcprof" run --power cmd:false --power idle:measure=1 --seconds 1 --repeat 1 -o "$dir/none"
	[ "$status" -eq 3 ]
	[[ $output == *"idle power cannot be measured: the meter said nothing"* ]]
}

@test "zcprof attach --power: the meter's mean, above what it said before the command began" {
	echo 100 >"$dir/watts"
	cat >"$dir/command" <<-END
		echo 230.5 >"$dir/watts"
		exec sleep 5
	END
	"$BUILD/zcprof" attach --collect power --power "cmd:while cat $dir/watts; do sleep 0.05; done" \
		--power idle:measure=1 --seconds 1 -o "$dir/run.csv" -- sh "$dir/command"
	cat "$dir/run.csv"
	near "$(awk -F, '$4 == "mean" { print $6 }' "$dir/run.csv")" 230.5 0.5
	near "$(awk -F, '$4 == "above_idle" { print $6 }' "$dir/run.csv")" 130.5 0.5
}
