#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine that was started again: what two starts differ by is told from what two sets of runs differ by.

bats_require_minimum_version 1.5.0
load zcroi

# start SET BOOT GBIT: three runs of one start, that differ by a thousandth
start() {
	local i
	for i in 1 2 3; do
		synthetic "$dir/$1/$2-$i.csv" boot="$2" host=h repeat="$i" gbit="$3.0$i" retransmits=0
	done
}

@test "starts: of one start each, the verdict says that the start may be all of it" {
	start a x 40
	start b y 39
	run -0 "$zcroi" explain "$dir/a" "$dir/b"
	echo "$output"
	[[ $(flat) == "B is 2."*" slower, each of one start of its machine, and no cause that is known explains it."* ]]
	[[ $(flat) == *"starts A is of one start of its machine, B of one start, and they have none in common"* ]]
	"$zcroi" explain --format json "$dir/a" "$dir/b" |
		json 'page["starts"] == {"a": 1, "b": 1, "apart": True, "confounded": True} and "one start" in page["sentence"]' | grep -qx True
	run -0 "$zcroi" diff "$dir/a" "$dir/b"
	[[ $(flat) == *"starts A is of one start"* ]]
}

@test "starts: of one and the same start nothing is said" {
	start a x 40
	start b x 39
	run -0 "$zcroi" explain "$dir/a" "$dir/b"
	echo "$output"
	[[ $output == "B is 2."*" slower, and no cause"* && $output != *start* ]]
	"$zcroi" explain --format json "$dir/a" "$dir/b" |
		json 'page["starts"] == {"a": 1, "b": 1, "apart": False, "confounded": False}' | grep -qx True
}

@test "starts: where one set has several, it is not said that each is of one" {
	start a x 40
	start b y 37
	start b z 37
	run -0 "$zcroi" explain "$dir/a" "$dir/b"
	echo "$output"
	[[ $(flat) == "B is 7."*" slower, one of the two of one start of its machine, and no cause"* ]]
}

@test "starts: a run or two of a start that both have do not make the others comparable" {
	start a x 40
	start a v 41
	start b w 39
	synthetic "$dir/a/s-1.csv" boot=s host=h repeat=1 gbit=40.001 retransmits=0
	synthetic "$dir/b/s-1.csv" boot=s host=h repeat=1 gbit=40.002 retransmits=0
	run -0 "$zcroi" explain "$dir/a" "$dir/b"
	echo "$output"
	[[ $(flat) == "B is not proven to be "* ]]
	[[ $(flat) == *"starts A is of 3 starts of its machine, B of 2 starts, and most runs of one are of none of the other's: each start is one sample"* ]]
}

@test "starts: of several each, a start is one sample" {
	# Runs of a start are alike to a thousandth; starts differ by as much as the sets do.
	start a x 40
	start b y 39
	start a v 39
	start b w 38
	run -0 "$zcroi" explain "$dir/a" "$dir/b"
	echo "$output"
	[[ $(flat) == "B is not proven to be "* ]]
	[[ $(flat) == *"starts A is of 2 starts of its machine, B of 2 starts, and they have none in common: each start is one sample"* ]]
	"$zcroi" explain --format json "$dir/a" "$dir/b" |
		json 'page["starts"]["confounded"] is False and page["throughput"]["low"] < 0.95 and page["throughput"]["high"] > 1.02' | grep -qx True
	# Where starts are alike, what the sets differ by is proven by them.
	rm -r "$dir/a" "$dir/b"
	for boot in 1 2 3 4; do
		start a "x$boot" 40
		start b "y$boot" 37
	done
	run -0 "$zcroi" explain "$dir/a" "$dir/b"
	[[ $(flat) == "B is 7."*" slower, and no cause"* ]]
}

@test "starts: what --confirm says is all in the JSON" {
	start a x 40
	start b x 39
	"$zcroi" explain --format json "$dir/a" "$dir/b" |
		json '{"confirmed", "returned", "returned_low", "returned_high", "withdrawn"} <= page.keys()' | grep -qx True
}
