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
	# What happens a few times in a window, or takes less than a millisecond of it, may as well not have happened: no row.
	figures() {
		awk -F, '$1 == "" && $2 ~ /^(rx|tx)$/ && $3 ~ /^(path|cpu|profile|syscalls|tcp|locks|pagepool)$/ {
			if ($3 == "cpu" && $4 !~ /^thread/)
				next
			name = $2 "," $3 "," $4
			sum[name] += $6
			seldom[name] = $3 ~ /^(syscalls|locks|pagepool)$/ ? ($7 == "ns" ? 1e6 : 100) : 0
		}
		END {
			for (name in sum)
				if (name !~ /,(throttled|on_cpu|in_flight)$/)
					print name, sum[name] < seldom[name] ? "seldom" : "often"
		}' "$BATS_TEST_TMPDIR/$1/rx=copy,tx=copy/run-1.csv" | sort
	}
	lacking=$(join -a 1 -a 2 -e none -o 0,1.2,2.2 <(figures one) <(figures sshd) | grep none | grep often || :)
	echo "often in one and not in the other: $lacking"
	[ "$(figures one | wc -l)" -gt 20 ]
	[ -z "$lacking" ]
}
