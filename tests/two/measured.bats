#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# In the near one of lab/two's machines: the plan of tests/host/three_ways.bats over both.

load ../host/zcprof_run
load ../three_ways

setup() {
	PATH=$BUILD:$PATH
	cd "$BATS_TEST_DIRNAME/../.." || return
}

@test "one plan over two machines: what one machine has, of both ends, and C as each /proc/stat has it" {
	three_ways_plan "$OUT/three.plan"
	ssh far "cd '$PWD' && bash -c '. tests/three_ways.bash && watch_stat $OUT/far/stat'" 3>&- &
	far=$!
	watch_stat "$OUT/stat" 3>&- &
	near=$!
	zcprof run "@$OUT/three.plan" --link zcnic0 --rx-host far --address 10.8.0.2 -o "$OUT/two" 3>&- &
	run=$!
	file=$OUT/two/rx=copy,tx=copy/run-1.csv
	when=$(in_mid_window "$file" $run)
	wait $run
	kill $near $far
	holds_both_ends "$file"
	agrees "$file" "$OUT/far/stat" "$when" rx >&3
	agrees "$file" "$OUT/stat" "$when" tx >&3
	[ "$(value "$file" rx-host fact host)" = far ]
	[ "$(value "$file" tx-host fact host)" = near ]
	zcprof run "@$OUT/three.plan" --link veth --seconds 1 -o "$OUT/one"
	[ "$(columns_of "$OUT/one")" = "$(columns_of "$OUT/two")" ]
}
