#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcroi on records with known figures: show and check, and what holds for every command.

bats_require_minimum_version 1.5.0
load zcroi

@test "show syscalls: laid out as by perf trace -s" {
	synthetic "$dir/run-1.csv" rx_calls=10000 rx_errors=7 rx_ns=2000
	synthetic "$dir/run-2.csv" rx_calls=30000 rx_errors=9 rx_ns=2000 repeat=2
	run "$zcroi" show syscalls "$dir"
	[ "$status" -eq 0 ]
	[ "$(echo "${lines[1]}" | tr -s ' ')" = "syscall calls errors total min avg max stddev" ]
	# stddev is that of the mean, as perf has it: 500 ns / sqrt(20000) of 2000 ns
	[ "$(echo "${lines[4]}" | tr -s ' ')" = "recv 20000 8 40.000 0.0010 0.0020 0.020 0.18" ]
}

@test "show components: they add up to the total, and the unmapped share is printed" {
	synthetic "$dir/run-1.csv" gbit=8 components="task/data_copy=6000000000 softirq/TCP=3000000000 task/unmapped=1000000000 idle/idle=5000000000"
	run "$zcroi" show components --format json "$dir"
	# 8 Gbit/s for 10 s are 10e9 bytes: 0.6 ns per byte
	[ "$(echo "$output" | json '[(r["component"], r["ns_per_kb"]) for r in page["rx"]]')" = \
		"[('data_copy', 600), ('TCP', 300), ('unmapped', 100), ('total', 1000)]" ]
	[[ $output == *"rx: 10.0 % of the samples are in functions that no component claims."* ]]
	[[ $output == *"1000.0 ns/KB by samples, 1800.0 ns/KB (C)"* ]]
}

@test "show: a part that was not measured says why" {
	synthetic "$dir/run-1.csv" absent="profile=perf_event_open was refused"
	run "$zcroi" show symbols "$dir"
	[ "$status" -eq 0 ]
	[ "$output" = "Symbols: not measured: perf_event_open was refused" ]
}

@test "show: what was not measured in the first run alone is shown, and said" {
	synthetic "$dir/run-1.csv" absent="locks=was refused"
	synthetic "$dir/run-2.csv" repeat=2
	echo ',rx,locks,contentions,task/spin/f,100,waits' >>"$dir/run-2.csv"
	run "$zcroi" show locks "$dir"
	[ "$status" -eq 0 ]
	[[ $output == *"task/spin/f  100"* ]]
	grep -q "In 1 of 2 runs locks was not measured.* was refused" <<<"$(tr -s ' \n' ' ' <<<"$output")"
}

@test "show: every part in every format" {
	synthetic "$dir/run-1.csv" rx_calls=100 rx_ns=10 retransmits=1 rtt=5 components="task/data_copy=5"
	for part in syscalls latency symbols components parts receive cpu cstate threads tcp nic softnet softirq iowait series selfcost facts locks pagepool path; do
		for format in text csv md; do
			run "$zcroi" show $part --format $format "$dir"
			[ "$status" -eq 0 ]
			[ -n "$output" ]
		done
		"$zcroi" show $part --format json "$dir" | json 'page["notes"]'
	done
}

@test "check: a sound record is one line" {
	synthetic "$dir/run-1.csv" rx_calls=100 rx_ns=2000
	run "$zcroi" check "$dir/run-1.csv"
	[ "$status" -eq 0 ]
	[[ $output == "$dir/run-1.csv: "*" rows, whole and sound" ]]
	run bash -c "'$zcroi' check - <'$dir/run-1.csv'"
	[ "$status" -eq 0 ]
}

@test "help of every command has examples and fits a terminal" {
	for command in "" table show diff check; do
		run "$zcroi" $command --help
		[ "$status" -eq 0 ]
		[[ $output == *"Examples:"* ]]
	done
	run "$zcroi" --version
	[ "${lines[0]}" = "zcroi $(cat VERSION)" ]
	[[ ${lines[1]} == "built with "*", gsl "* ]]
}

@test "no privilege is needed" {
	[ "$(id -u)" -eq 0 ] || skip "this test drops root's privileges, and has none"
	command -v setpriv >/dev/null || skip "setpriv is not installed"
	dir=$(mktemp -d)
	experiment
	cp "$zcroi" "$dir/zcroi"
	chmod -R a+rX "$dir"
	run setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all \
		"$dir/zcroi" table "$dir/out"
	rm -r "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "what is by CPU time or a window of which there was none is absent, with the reason, in every command" {
	for i in 1 2 3; do
		synthetic "$dir/good/run-$i.csv" configuration=good repeat=$i gbit=8.$i crx=50 ctx=60 rx_calls=50000 rx_ns=9
		synthetic "$dir/idle/run-$i.csv" configuration=idle repeat=$i gbit=8.$i crx=0 ctx=0 rx_calls=50000 rx_ns=9
		synthetic "$dir/still/run-$i.csv" configuration=still repeat=$i gbit=0 crx=50.$i ctx=60 rx_calls=50000 rx_ns=9
		synthetic "$dir/none/run-$i.csv" configuration=none repeat=$i gbit=8.$i crx= ctx= rx_calls=50000 rx_ns=9
		synthetic "$dir/short/run-$i.csv" configuration=short repeat=$i gbit=8.$i crx=50 ctx=60 rx_calls=50000 rx_ns=9
		sed -i 's/window_ns,,1e+10/window_ns,,0/; s/window_ns,,10000000000/window_ns,,0/' "$dir/short/run-$i.csv"
	done
	grep -q 'window_ns,,0' "$dir/short/run-1.csv"
	run "$zcroi" table "$dir"
	echo "$output"
	[[ $(flat) == *"First here by CPU ROI: good, 0.611; the next, still, has 0."* ]]
	[[ $(flat) == *"No CPU ROI of "*/idle/run-1.csv:" it is by CPU time, which was counted, and there was none of it."* ]]
	[[ $(flat) == *"No CPU in total of "*/none/run-1.csv:" its record has no row of the receiver's CPU time, and does not say why."* ]]
	[[ $(flat) == *"No throughput of "*/short/run-1.csv:" the window is 0 ns long, in which nothing has a rate."* ]]
	run --separate-stderr "$zcroi" table --format csv --rows configuration --value T/CPU,T,ROI "$dir"
	echo "$output"
	[[ $output == *'idle,,,,"it is by CPU time, which was counted, and there was none of it",8.'* ]]
	[[ $output == *'short,,,,"the window is 0 ns long, in which nothing has a rate",,,,"the window'* ]]
	[[ $output == *"still,0,"* ]] # measured, and none came
	for other in idle still none short; do
		for pair in "good $other" "$other good"; do
			set -- $pair
			for command in diff explain; do
				for format in text json; do
					run "$zcroi" "$command" --format "$format" "$dir/$1" "$dir/$2"
					echo "$command $pair: $output"
					[ "$status" -eq 0 ]
					! grep -Eiqw -- '-?(nan|inf|infinity)' <<<"$output" || false
				done
			done
		done
	done
	run "$zcroi" explain "$dir/still" "$dir/good"
	[[ ${lines[0]} == "B is faster (8."*" against 0), "* ]]
	# What a run cost by the byte that it did not move is no zero, and neither is what it cost in no time.
	for other in still short; do
		run "$zcroi" diff --format json "$dir/good" "$dir/$other"
		echo "$output"
		jq -e '[.cost[] | select(.figure == "as accounted")] | length == 2 and all(.b == null and .change_ns_per_kb == null)' <<<"$output"
	done
	run "$zcroi" diff --format json "$dir/good" "$dir/still"
	jq -e '[.. | objects | select(.figure? == "recv calls")] | length == 1 and .[0].b == null' <<<"$output"
}

@test "on a terminal of 80 columns lines end there, and no cell is broken; what is no terminal is as wide as ever" {
	experiment
	terminal() {
		python3 "$BATS_TEST_DIRNAME/../tool/terminal.py" "$@"
	}
	"$zcroi" table "$dir/out" >"$dir/wide"
	[ "$(wc -L <"$dir/wide")" -gt 80 ]
	for columns in 80 100 200; do
		terminal "$columns" "$zcroi" table "$dir/out" >"$dir/seen"
		cat "$dir/seen"
		[ "$(grep -v 'Next: ' "$dir/seen" | wc -L)" -le "$columns" ]
		# Every word of it is there.
		for word in $(cat "$dir/wide"); do
			[[ $word == *---* ]] || grep -qF -- "$word" "$dir/seen"
		done
	done
	terminal 200 "$zcroi" table "$dir/out" | diff - "$dir/wide"
	terminal 80 "$zcroi" table --format csv "$dir/out" >"$dir/seen"
	# Its notes are on standard error, which is the same terminal.
	"$zcroi" table --format csv "$dir/out" 2>/dev/null >"$dir/csv"
	while read -r line; do
		grep -qxF -- "$line" "$dir/seen"
	done <"$dir/csv"
	terminal 80 "$BUILD/zcprof" doctor --area system >"$dir/seen" || [ $? -le 3 ]
	cat "$dir/seen"
	[ "$(grep -v 'mend: ' "$dir/seen" | wc -L)" -le 80 ]
}
