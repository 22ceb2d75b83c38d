#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One plan on one machine, and the same through an sshd; tests/lab/two.bats has it on two machines.

load zcprof_run
load two_hosts
load ../three_ways

setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root: it makes network namespaces"
	PATH=$BUILD:$PATH
	ns=zct$$
	make_namespaces
	three_ways_plan "$BATS_TEST_TMPDIR/three.plan"
}

teardown() {
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null || :
	[ -z "$sshd" ] || kill "$sshd" 2>/dev/null || :
	remove_namespaces
}

# way NAME END… -- COMMAND…: the plan by this command; of these ends all CPU time is this machine's
way() {
	local dir=$BATS_TEST_TMPDIR/$1 ends=() run
	shift
	while [ "$1" != -- ]; do
		ends+=("$1")
		shift
	done
	shift
	watch_stat "$dir.stat" 3>&- &
	watcher=$!
	"$@" "@$BATS_TEST_TMPDIR/three.plan" -o "$dir" 3>&- &
	run=$!
	file=$dir/rx=copy,tx=copy/run-1.csv
	when=$(in_mid_window "$file" $run)
	wait $run
	kill $watcher
	holds_both_ends "$file"
	if [ ${#ends[@]} -gt 0 ]; then
		agrees "$file" "$dir.stat" "$when" "${ends[@]}" >&3
	fi
}

@test "one plan over namespaces of one machine, and through an sshd: the same columns, both ends, and C as /proc/stat has it" {
	start_sshd
	way one host -- zcprof run --link "netns:${ns}rx,${ns}tx"
	# Both namespaces are this machine, so each end's machine has to say what all of it did.
	way sshd rx -- ip netns exec "${ns}tx" zcprof run --link tx0 --rx-host far --address 10.78.0.1 \
		--ssh "ssh -F $home/config"
	agrees "$file" "$BATS_TEST_TMPDIR/sshd.stat" "$when" tx
	[ "$(columns_of "$BATS_TEST_TMPDIR/one")" = "$(columns_of "$BATS_TEST_TMPDIR/sshd")" ]
	# The same figures of both ends; a whole machine is an end's only where that has it alone, and calls are in flight by chance.
	figures() {
		cut -d , -f 2-4 "$BATS_TEST_TMPDIR/$1/rx=copy,tx=copy/run-1.csv" |
			grep -E '^(rx|tx),(path|cpu,thread|profile|syscalls|tcp|locks|pagepool)' |
			grep -vE ',(throttled|on_cpu|in_flight)$' | sort -u
	}
	diff <(figures one) <(figures sshd)
}
