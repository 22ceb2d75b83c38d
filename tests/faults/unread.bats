#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What could not be read at an edge of the window is absent, with the reason, and no zero: of every source that
# there is, by whatever it reads.

bats_require_minimum_version 1.5.0
load ../port

setup() {
	[ "$(id -u)" = 0 ] || skip "needs root, to measure"
	dir=$BATS_TEST_TMPDIR
	cd "$dir"
	cc -shared -fPIC -O1 -o refuse.so "$BATS_TEST_DIRNAME/../fixtures/refuse_reads.c"
	port=$(free_port)
	"$BUILD/zcpath" rx --path uring --bind 127.0.0.1 --port "$port" --cc cubic >rx.csv 2>rx.err 3>&- &
	rx=$!
	until_says rx.csv listening
	"$BUILD/zcpath" tx --path send_zc --to 127.0.0.1 --port "$port" --cc cubic --seconds 300 >tx.csv 2>tx.err 3>&- &
	tx=$!
	until_says tx.csv state,,open
}

teardown() {
	# shellcheck disable=SC2046 # a word each
	kill $(jobs -p) 2>/dev/null || :
	wait
}

until_says() { # FILE WORDS
	for _ in $(seq 1500); do
		! grep -q "$2" "$1" || return 0
		sleep 0.02
	done
	echo "no '$2' in $1:"; cat "$1"; return 1
}

# All sources, all of a window of half a second; what REFUSE names is refused from before that edge on.
measure() { # FILE [open|closed REFUSE]
	local edge
	mkfifo to
	env ${2+REFUSE="$3" LD_PRELOAD="$dir/refuse.so"} "$BUILD/tests/tool/collect" --rx $rx --tx $tx --iface lo --exact \
		<to >"$1" 2>said 3>&- &
	collect=$!
	exec {in}>to
	rm to
	until_says said ready
	for edge in open closed; do
		if [ "${2-}" = $edge ]; then
			kill -USR1 $collect
		fi
		echo >&$in
		until_says said "^$edge"
		sleep 0.5
	done
	exec {in}>&-
	wait $collect
}

# Metrics that had something to say in both of two whole records.
told() { # FILE FILE
	awk -F, 'FNR == 1 { files++ } $3 != "collector" && $7 != "" && $6 + 0 > 0 { seen[$3 "/" $4, files] = 1; name[$3 "/" $4] }
		END { for (n in name) if (((n, 1) in seen) && ((n, 2) in seen)) print n }' "$@" | LC_ALL=C sort
}

# Those of them that say nothing now, or zero, and not why: of sources whose means, as the record has them, are refused.
silent() { # FILE REFUSED
	local bpf='tracepoint|kprobe|fentry|perf_event|BPF' read='/proc|sysfs|schedstat|cpu.stat' recv='netlink|sock_diag'
	local means=${2/bpf/$bpf}
	means=${means/read/$read} means=${means/recv/$recv}
	awk -F, -v means="${means//,/|}" 'NR == FNR { want[$1]; next }
		$4 == "means" && $6 ~ means { by[$5] }
		$4 == "absent" { absent[$5] }
		$6 + 0 > 0 { told[$3 "/" $4] }
		END {
			for (n in want) {
				split(n, part, "/")
				if (part[1] in by && !(n in told) && !(n in absent) && !(part[1] in absent))
					print n
			}
		}' told "$1"
}

# Nor is anything said of what was lost, where it is not known.
sure_of_lost() { # FILE
	awk -F, '$4 ~ /lost$/ && $2 == "host" && $3 != "profile" && $3 != "tcp" { print $3 }' "$1"
}

@test "a source that cannot read at an edge of the window says so, and no zero" {
	local what
	measure whole1
	measure whole2
	told whole1 whole2 >told
	echo "told: $(tr "\n" " " <told)"
	[ "$(cut -d/ -f1 told | sort -u | wc -l)" -ge 10 ]
	for what in "closed bpf" "closed read" "closed recv" "open bpf,read,recv"; do
		# What comes and goes may be zero by chance: who is silent has to be so each time, and told each time in between.
		for _ in 1 2 3 4 5; do
			# shellcheck disable=SC2086 # two words
			measure refused $what
			silent refused "${what#* }" >silent
			[ -s silent ] || break
			measure whole2
			told whole1 whole2 | LC_ALL=C comm -12 - told >still
			mv still told
		done
		[ ! -s silent ] || { echo "$what: $(tr '\n' ' ' <silent)"; cat said; grep absent refused; false; }
		[[ $what != *bpf* ]] || [ -z "$(sure_of_lost refused)" ] || { sure_of_lost refused; false; }
	done
}
