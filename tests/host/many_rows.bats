#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Records of very many flows, and of ends that were held up: what zcroi says of them, in CPU time that grows as they do.

load synthetic

FLOWS=10000
# Of the CPU, whatever else the machine does. Each command takes one at the most; by the square of the flows it was 80.
CPU_MOST_S=15

setup() {
	dir=$BATS_TEST_TMPDIR
}

many() { # FILE gbit=N: what zcprof writes of FLOWS flows and threads at each end
	synthetic "$@" started=2026-01-01T10:00:00.000Z seed=1
	awk -v flows=$FLOWS 'BEGIN {
		split("rx tx", ends, " ")
		for (e = 1; e <= 2; e++) {
			end = ends[e]
			for (i = 0; i < flows; i++) {
				split("rtt cwnd retransmits segments_out busy_time", metrics, " ")
				split("us segments segments segments ns", units, " ")
				for (m = 1; m <= 5; m++)
					print "," end ",tcp," metrics[m] "," i "," (i % 97) * m "," units[m]
				print "," end ",cpu,thread," end "-copy-" i "/" 1000 + i "," 1e6 + i ",ns"
				print "," end ",cpu,wait," end "-copy-" i "/" 1000 + i "," 1e9 + i ",ns"
			}
		}
	}' >>"$1"
	sed -i -e '4i ,rx,fact,end_cpus,,0-1,' -e '4i ,tx,fact,end_cpus,,0-1,' "$1"
}

soon() {
	(ulimit -t $CPU_MOST_S; "$BUILD/zcroi" "$@")
}

@test "10,000 flows at both ends: every command answers, in time that grows as the flows do" {
	many "$dir/a/run-1.csv" gbit=40
	many "$dir/b/run-1.csv" gbit=20
	soon check "$dir/a/run-1.csv"
	soon table "$dir/a" "$dir/b" >"$dir/out"
	soon show tcp "$dir/a" >"$dir/tcp"
	[ "$(grep -c '^[rt]x ' "$dir/tcp")" = $((2 * FLOWS)) ]
	# The flows in order of their numbers, each with its own figures.
	[ "$(awk '$1 == "rx" { print $2 }' "$dir/tcp" | head -3 | xargs)" = "0 1 2" ]
	soon show tcp --format csv "$dir/a" | awk -F, -v at=0 '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == "cwnd") at = i; next }
		$1 == "tx" && $2 == 9999 { found = $at }
		END { exit found != 2 * (9999 % 97) }'
	soon show threads "$dir/a" >"$dir/out"
	soon diff "$dir/a" "$dir/b" >"$dir/out"
	soon explain "$dir/a" "$dir/b" >"$dir/out"
	grep -q 'B is 50 % slower' "$dir/out"
	soon report --still "$dir/a" -o "$dir/page.html" >"$dir/out"
}

@test "a source that measured less than the window: shares are of what it measured, and it is said" {
	synthetic "$dir/run-1.csv"
	# C is 180 %.
	printf ',host,cpu,%s,%s,%s,ns\n' user 0 1000000000 idle 0 0 user 1 800000000 idle 1 200000000 >>"$dir/run-1.csv"
	printf ',host,collector,%s,cpu,%s,ns\n' opened 0 window 1000000000 >>"$dir/run-1.csv"
	run "$BUILD/zcroi" show cpu "$dir/run-1.csv"
	[ "$status" = 0 ]
	[[ $(tr -s ' ' <<<"$output") == *"host 0 100.0 "*" 0.0"*"host 1 80.0 "*" 20.0"* ]]
	[[ $(tr -s '\n ' ' ' <<<"$output") == *"doubtful: "*"sources measured for 1.00 s of its window of 10.00 s"* ]]
}
