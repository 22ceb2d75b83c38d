# SPDX-License-Identifier: GPL-2.0-or-later
# One plan that is run three ways: on one machine over two namespaces, through an sshd into one of them, and on two
# machines of the lab. Each time the record has to hold the same of both ends, and C has to be what the machine's
# own /proc/stat said meanwhile. Takes tests/host/zcprof_run.bash.
#
#   three_ways_plan FILE          writes the plan
#   watch_stat FILE               from now on, until killed: when, and for how many ticks all CPUs were busy so far
#   in_mid_window RECORD PID      waits until the window of that process's run has been open for a second or two; when that was
#   agrees RECORD STAT WHEN END…  the record's C of these ends, together, is what STAT has of the 3 s from WHEN on
#   holds_both_ends RECORD        C, components, locks and page_pool of both ends
#   columns_of DIR                of zcroi's table

three_ways_plan() {
	cat >"$1" <<-END
		rx copy
		tx copy
		cc cubic
		collect cpu,profile,syscalls,tcp,locks,pagepool
		read 256K
		seconds 7
		warmup 0.5
		repeat 1
	END
}

# Without a process of its own for each look: they would be what it sees.
watch_stat() {
	local user nice system irq softirq
	local clock
	clock=$(mktemp -u)
	mkfifo "$clock"
	exec 9<>"$clock"
	rm "$clock"
	while :; do
		read -r _ user nice system _ _ irq softirq _ </proc/stat
		echo "$EPOCHREALTIME $((user + nice + system + irq + softirq))"
		read -r -t 0.2 _ <&9 || :
	done >"$1"
}

in_mid_window() {
	local tries=600
	until grep -qs '^[12]\.[0-9]*,rx,path,bytes,' "$1.part"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 "$2" || return 1
		sleep 0.3
	done
	echo "$EPOCHREALTIME"
}

agrees() {
	local record=$1 stat=$2 when=$3 end sum=0
	shift 3
	for end; do
		sum=$(awk -v a=$sum -v b="$(value "$record" "$end" cpu busy)" 'BEGIN { print a + b }')
	done
	awk -v when="$when" -v tick="$(getconf CLK_TCK)" -v sum="$sum" -v ends="$*" '
		$1 <= when || !at { at = $1; ticks = $2 }
		$1 > when && $1 <= when + 3 { last = $1; now = $2 }
		END {
			said = 100 * (now - ticks) / tick / (last - at)
			printf "# C of %s is %.1f %%; /proc/stat of 3 s of it says %.1f %%\n", ends, sum, said
			exit !(last > at && sum > said * 0.75 - 10 && sum < said * 1.25 + 10)
		}' "$stat"
}

holds_both_ends() {
	local end source
	is_record "$1"
	for end in rx tx; do
		[ "$(value "$1" $end path bytes)" -gt 0 ]
		[ "$(sum "$1" $end cpu thread)" -gt 0 ]
		[ "$(sum "$1" $end profile component)" -gt 0 ]
		[ "$(sum "$1" $end syscalls calls)" -gt 0 ]
		for source in locks pagepool; do
			# Of it, or why not, by that end's machine.
			grep -qE "^,$end,$source," "$1" || grep -qE "^,($end-)?host,collector,absent,$source," "$1"
		done
	done
}

columns_of() {
	zcroi table --format csv "$1" 2>/dev/null | head -n 1
}
