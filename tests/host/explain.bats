#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# zcroi explain, history and whatif on records with known figures: why something moved, when, and what would move it.

bats_require_minimum_version 1.5.0
load zcroi

@test "explain: a cause with its evidence, as text and as JSON" {
	for i in 1 2 3 4 5; do
		synthetic "$dir/a/run-$i.csv" repeat=$i gbit=4$i retransmits=0 components="task/data_copy=5000000000"
		synthetic "$dir/b/run-$i.csv" repeat=$i gbit=2$i retransmits=9000 components="task/data_copy=5000000000"
		sed -i '$a ,tx,tcp,segments_out,0,3000000,segments' "$dir/a/run-$i.csv" "$dir/b/run-$i.csv"
	done
	run "$zcroi" explain "$dir/a" "$dir/b"
	[ "$status" -eq 0 ]
	[[ $output == "B is "*" slower because segments are lost and sent again: "* ]]
	[[ $output == *$'\n'"remedy "* ]]
	"$zcroi" explain --format json "$dir/a" "$dir/b" |
		json 'page["schema"] == 1 and page["worse"] == "b" and page["causes"][0]["id"] == "loss"' | grep -qx True
	"$zcroi" explain --format json "$dir/b" "$dir/a" |
		json 'page["worse"] == "a" and page["causes"][0]["id"] == "loss"' | grep -qx True
}

@test "explain: of one configuration, runs that are unlike their siblings" {
	for i in 1 2 3 4 5 6 7; do
		synthetic "$dir/run-$i.csv" repeat=$i gbit=40.$i retransmits=0
	done
	mkdir "$dir/few"
	cp "$dir"/run-[12].csv "$dir/few"
	run "$zcroi" explain "$dir/few"
	[[ $(flat) == *"is not told by 2 runs: it takes 5, which the same zcprof run with --repeat 5 adds."* ]]
	for i in 3 4 5; do
		grep -v ',path,bytes,' "$dir/run-$i.csv" >"$dir/few/run-$i.csv"
	done
	run "$zcroi" explain "$dir/few"
	[[ $(flat) == *"is not told: the throughput of 3 of 5 runs is not known."* ]]
	rm -r "$dir/few"
	run "$zcroi" explain "$dir"
	[ "$status" -eq 0 ]
	[[ $output == "No run of "*" is unlike its siblings: 7 runs." ]]
	"$zcroi" explain --format json "$dir" | json 'page["causes"] == []' | grep -qx True
	synthetic "$dir/run-8.csv" repeat=8 gbit=14 retransmits=9000
	sed -i '$a ,tx,tcp,segments_out,0,3000000,segments' "$dir"/run-*.csv
	run "$zcroi" explain "$dir"
	[ "$status" -eq 0 ]
	[[ $output == *"segments are lost and sent again"* ]]
}

@test "explain: of one configuration, two runs in the mode in which memory is slow, and nothing else" {
	local i gbit cost
	for i in 1 2 3 4 5 6 7 8 9 10; do
		gbit=40.$i cost=5000000000
		[[ $i != [49] ]] || gbit=14.$i cost=4900000000
		synthetic "$dir/run-$i.csv" repeat=$i gbit=$gbit components="task/data_copy=$cost task/TCP/IP=2000000000"
		sed -i 's/data_copy/data copy/' "$dir/run-$i.csv"
		printf ',tx,%s\n' profile,period,,1e6,ns "profile,component,task/data copy,$cost,ns" \
			nic,statistic,tx_bytes,1e9,events nic,statistic,tx_packets,50000,events >>"$dir/run-$i.csv"
	done
	run "$zcroi" explain "$dir"
	[ "$status" -eq 0 ]
	[[ $output == *" slower because copying a byte takes longer at both ends"* ]]
	[[ $(flat) == *"B unlike its siblings: run-4.csv (x 0.356), run-9.csv (x 0.369), 2 runs in "* ]]
	"$zcroi" explain --format json "$dir" | json '[c["id"] for c in page["causes"]] == ["memory"]' | grep -qx True
}

@test "explain: what cannot be answered is said" {
	synthetic "$dir/run-1.csv"
	run "$zcroi" explain
	[ "$status" -eq 2 ]
	run "$zcroi" explain "$dir" "$dir" "$dir"
	[ "$status" -eq 2 ]
	run "$zcroi" explain --format csv "$dir" "$dir"
	[ "$status" -eq 2 ]
	run "$zcroi" explain --confirm x "$dir"
	[ "$status" -eq 2 ]
	run "$zcroi" explain --confirm "$dir" "$dir" "$dir"
	[ "$status" -eq 1 ]
	[[ $output == *"expected two runs or more of two configurations each"* ]]
	run --separate-stderr "$zcroi" explain "$dir" "$dir"
	[ "$status" -eq 0 ]
	[[ $output == "B is not proven to be faster, slower or dearer than A."* ]]
}

# $1: directory, then as tests/tool/history.py
history() {
	python3 "$BATS_TEST_DIRNAME/../tool/history.py" "$@"
}

@test "history: two planted changes of sixty experiments are found where they are, with their causes" {
	history "$dir/h" 60 3 1 0.03 21=0.8:rmem 41=1.0:kernel
	"$zcroi" history --format json "$dir/h" >"$dir/json"
	json '[(c["last_before"][-4:], c["first_after"][-4:], c["cause"]) for c in page["changes"]] == [("0020", "0021", "receive_buffer"), ("0040", "0041", "receive_buffer")]' <"$dir/json" | grep -qx True
	json '{f["verdict"] for f in page["figures"] if f["figure"] == "throughput_gbit_s"} == {"worse", "better"}' <"$dir/json" | grep -qx True
	json 'len(page["experiments"]) == 60' <"$dir/json" | grep -qx True
	run "$zcroi" history "$dir/h"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "rx=copy,tx=copy changed twice in 60 experiments, "* ]]
	[[ $output == *"differs    host kernel: 6.18 before, 7.0 since"* ]]
	[[ $("$zcroi" history --format csv "$dir/h" 2>/dev/null) == *"receive_buffer"* ]]
	[[ $("$zcroi" history --format md "$dir/h") == *"changed twice"* ]]
}

@test "history: none where nothing changed, and over a gap" {
	history "$dir/u" 60 2 2 0.03
	run "$zcroi" history "$dir/u"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "rx=copy,tx=copy did not change in 60 experiments, "* ]]
	history "$dir/g" 30 2 3 0.03 16=0.7:rmem
	rm -r "$dir"/g/001[4-7]
	run "$zcroi" history "$dir/g"
	[[ $(flat) == *"1. between $dir/g/0013 "*" and $dir/g/0018 "* ]]
}

@test "history: in the order in which they ran, whatever they are called" {
	history "$dir/h" 20 2 4 0.02 11=0.7:rmem
	for at in "$dir"/h/*; do
		mv "$at" "$dir/h/x$((9999 - 10#${at##*/}))"
	done
	run "$zcroi" history "$dir/h"
	[[ $(flat) == *"1. between $dir/h/x9989 "*" and $dir/h/x9988 "* ]]
	sed -i /,started,/d "$dir"/h/*/*/*.csv
	run "$zcroi" history "$dir/h"
	[[ $(flat) == *"in the order of their names"* ]]
	run "$zcroi" history
	[ "$status" -eq 2 ]
}

@test "whatif: the bound of 2016, 14.5 million packets and 30 % of the time in many small functions of the page allocator" {
	cat >"$dir/perf.report" <<-'END'
		# Samples: 100K  of event 'cycles'
		# Event count (approx.): 1000000
		#
		# Overhead  Command      Shared Object     Symbol
		# ........  ...........  ................  ........................
		#
		    40.00%  ksoftirqd/0  [kernel.vmlinux]  [k] mlx4_en_process_rx_cq
		    30.00%  ksoftirqd/0  [kernel.vmlinux]  [k] dev_gro_receive
		    12.00%  ksoftirqd/0  [kernel.vmlinux]  [k] get_page_from_freelist
		     8.00%  ksoftirqd/0  [kernel.vmlinux]  [k] free_unref_page
		     6.00%  ksoftirqd/0  [kernel.vmlinux]  [k] __alloc_pages_nodemask
		     4.00%  ksoftirqd/0  [kernel.vmlinux]  [k] free_pcppages_bulk
	END
	"$zcroi" import --end rx --throughput 14.5M --seconds 10 --busy 100 "$dir/perf.report" -o "$dir/run-1.csv"
	run "$zcroi" whatif --without 'page allocator' --format json "$dir/run-1.csv"
	[ "$status" -eq 0 ]
	json 'abs(page["bounds"][0]["bound"] / page["bounds"][0]["now"] - 1 / 0.7) < 1e-6' <<<"$output" | grep -qx True
	json '20 < 14.5 * page["bounds"][0]["ratio"] < 21' <<<"$output" | grep -qx True
	run "$zcroi" whatif --without page_allocator "$dir/run-1.csv"
	[[ $(flat) == "Without page_allocator at rx, which is 30.0 % of its CPU cost, throughput could be x 1.43 at the most: a bound, "* ]]
	run "$zcroi" whatif --without get_page_from_freelist --without free_unref_page "$dir/run-1.csv"
	[[ $output == *"20.0 % of its CPU cost"* ]]
	run "$zcroi" whatif --without gnupool "$dir/run-1.csv"
	[ "$status" -eq 1 ]
	[[ $output == *"no component, part or function of that name"* ]]
	for format in text csv json md; do
		"$zcroi" whatif --format $format "$dir/run-1.csv" | grep -q "page allocator"
	done
}

@test "whatif: a rate and a round trip make the sizes that the talk came to" {
	run "$zcroi" whatif --rate 200G --rtt 0.1ms --format json
	[ "$status" -eq 0 ]
	json '[next(r["value"] for r in page["sizes"] if r["name"] == n) for n in ("in flight", "ring", "--area")] == [2500000, 4096, 64 << 20]' <<<"$output" | grep -qx True
	synthetic "$dir/run-1.csv" rtt=1000
	run "$zcroi" whatif --rate 10G "$dir/run-1.csv"
	[ "$status" -eq 0 ]
	[[ $output == "For 10 Gbit/s at a round trip of 1000 us; "* ]]
	[[ $output =~ in\ flight\ .*\ 1250000\ +bytes ]]
	run "$zcroi" whatif --rate 10G
	[ "$status" -eq 1 ]
	[[ $output == *"give --rtt"* ]]
	run "$zcroi" whatif --rate fast --rtt 1ms
	[ "$status" -eq 2 ]
	run "$zcroi" whatif --without memory
	[ "$status" -eq 2 ]
}

# A then, and A and B now: $1 and $2 are the first two digits of A's Gbit/s now and of B's
then_and_now() {
	local i
	for i in 1 2 3 4 5; do
		synthetic "$dir/old/one/run-$i.csv" configuration=one repeat=$i gbit=40.$i seed=1 \
			started="2026-03-10T10:0$i:00.000Z"
		synthetic "$dir/new/again,one/run-$i.csv" configuration=again,one repeat=$i gbit="$1.$i" seed=2 \
			started="2026-04-10T10:0$i:00.000Z" kernel=7.0
		synthetic "$dir/new/two/run-$i.csv" configuration=two repeat=$i gbit="$2.$i" read=4K seed=2 \
			started="2026-04-10T10:0$i:30.000Z" kernel=7.0
		sed -i '$a ,host,fact,option,against,old/one,' "$dir/new/again,one/run-$i.csv"
	done
}

@test "explain: A then, A now and B now, told whether the configuration moved it or the machine" {
	then_and_now 40 30
	run "$zcroi" explain "$dir/old/one" "$dir/new"
	[ "$status" -eq 0 ]
	[[ $(flat) == "The configuration moved it: B's throughput is x 0.75"* ]]
	[[ $(flat) == *"since then host kernel: 6.18 then, 7.0 now setting rx --read: 256K in A, 4K in B "* ]]
	rm -r "$dir/old" "$dir/new"
	then_and_now 12 12
	run "$zcroi" explain "$dir/old/one" "$dir/new"
	[[ $(flat) == "The machine moved it, or what is beside it: A's own throughput moved x 0.30"* ]]
	rm -r "$dir/old" "$dir/new"
	then_and_now 40 40
	"$zcroi" explain --format json "$dir/old/one" "$dir/new" >"$dir/json"
	json '[r["proven"] for r in page["causes"]] == ["no", "no"]' <"$dir/json" | grep -qx True
	json 'next((r["a_then"], r["a_now"], r["b_now"]) for r in page["figures"] if r["figure"] == "throughput")[0] > 40' <"$dir/json" | grep -qx True
	run "$zcroi" explain "$dir/new" "$dir/old/one"
	[ "$status" -eq 1 ]
}
