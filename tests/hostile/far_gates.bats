#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# attach on two machines, and what a zcprof attach there does that is slow, odd or hostile: a whole record, or a
# sentence that names the right one.
#
# Waits: for what a far end does not say, until it is given up.

bats_require_minimum_version 1.5.0

setup() {
	PATH=$BUILD:$PATH
	file=$BATS_TEST_TMPDIR/both.csv
}

# both CODE RX TX: what two such hosts come to, into $output
both() {
	local began=$SECONDS

	run -"$1" timeout 150 zcprof attach -o "$file" --ssh "python3 $BATS_TEST_DIRNAME/../tool/gate.py" \
		--host "rx-$2" --seconds 1 --peer-host "tx-$3"
	took=$((SECONDS - began))
	echo "$output ($took s)"
	! LC_ALL=C grep -q '[[:cntrl:]]' <<<"$output" || false
}

@test "one is at its rows for longer than a beat may fail to come: that is no silence" {
	both 0 late well
	grep -q '^,rx,path,bytes,,1000,' "$file"
	grep -q '^,tx,path,bytes,,1000,' "$file"
}

@test "one is at work at an edge of its window, as it says: that is no silence" {
	both 0 well busy
	grep -q '^,tx,path,bytes,,1000,' "$file"
}

@test "the one that went away before the window is named, and not the one that was asked" {
	both 1 slow gone
	[[ "$output" == *"tx-gone: zcprof attach there ended before the window was opened"* ]]
	[[ "$output" != *"rx-slow: does not say its clock"* ]]
}

@test "a line without an end, and rows without one: a sentence, in time" {
	both 1 line well
	[[ "$output" == *"rx-line: what its zcprof says is not taken any further: it said a line of more than 1048576 bytes"* ]]
	[ "$took" -le 60 ]
	both 1 well endless
	[[ "$output" == *"tx-endless: what its zcprof says is not taken any further: it says more than 256 MiB"* ]]
}

@test "more connections than can be compared: no number of those that match, and why" {
	both 0 many well
	[[ "$output" == *"how many connections are the same at both ends is not known: connections of more than can be compared, 100000 of an end: 1 of rx and 0 of tx were left out"* ]]
	[[ "$output" != *NAT* ]]
	! grep -qE '^,[rt]x,path,connections,(un)?matched,' "$file" || false
	grep -q '^,rx,collector,absent,connections,' "$file"
	both 0 well well
	grep -q '^,rx,path,connections,matched,1,' "$file"
	! grep -q ',collector,absent,connections,' "$file" || false
}

@test "another version there: that is said, what differs is left out, and the rest is measured" {
	PROTOCOL=2 both 0 well well
	[[ "$output" == *'rx-well: its zcprof is of another version: here is "zcprof '*'", there "zcprof 9.9 12345678": rows that differ are left out'* ]]
	[[ "$output" == *'tx-well: its zcprof is of another version: '*'not said there ('*'1 of that one are not known here, and left out (new/thing)'* ]]
	grep -q '^,rx-host,fact,program,,zcprof 9.9 12345678,' "$file"
	grep -q '^,tx,path,bytes,,1000,' "$file"
	! grep -q 'new,thing\|softnet,processed\|agent,' "$file" || false
	# One that does not say it.
	both 0 well well
	[[ "$output" == *'tx-well: its zcprof does not say its version, so it is another than "zcprof '* ]]
	grep -q '^,tx,path,bytes,,1000,' "$file"
	rm "$file"
	PROTOCOL=9 both 1 well well
	[[ "$output" == *'there "zcprof 9.9 12345678", which understands nothing of what this one asks'* ]]
	[ ! -e "$file" ]
}
