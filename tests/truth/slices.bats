#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is counted in slices, and what is not left to them: against what a load says that it has done,
# and against a collector that counts all of it at the same time.
#
# Alone: a load is to be steady.

load measured.sh

setup() {
	[ "$(id -u)" = 0 ] || skip "BPF needs root here"
	measured_setup
	log=$dir/log
}

teardown() {
	stop_all
}

# Starts a load whose process is $pid: bursts KIND RATE ON_MS OFF_MS.
bursts() {
	"$BUILD/tests/tool/bursts" "$@" 5 >"$log" 3>&- &
	pid=$!
	started+=("$pid")
	sleep 0.3
}

# Measures three seconds of it: FILE and arguments of collect.
over_it() {
	"$BUILD/tests/tool/collect" --tx "$pid" --seconds 3 "${@:2}" >"$dir/$1" 2>"$dir/$1.err" 3>&-
}

# What the load did between the edges of that window.
done_in() {
	awk -v from="$(awk '/^open/ { print $2 }' "$dir/$1.err")" -v to="$(awk '/^closed/ { print $2 }' "$dir/$1.err")" '
		function at(t, i) {
			for (i = 1; i < NR; i++)
				if (when[i + 1] >= t)
					return count[i] + (count[i + 1] - count[i]) * (t - when[i]) / (when[i + 1] - when[i])
			return count[NR]
		}
		NF == 2 { when[NR] = $1; count[NR] = $2 }
		END { printf "%.0f", at(to) - at(from) }' "$log"
}

tx() { # FILE METRIC
	awk -F, -v m="$2" '$2 == "tx" && $4 == m { n += $6 } END { printf "%.0f", n }' "$dir/$1"
}

of_source() { # FILE METRIC SOURCE
	awk -F, -v m="$2" -v s="$3" '$3 == "collector" && $4 == m && $5 == s { print $6 }' "$dir/$1"
}

@test "a burst that no slice would have met is counted whole" {
	bursts nops 3000000 60 2440
	over_it run iouring
	wait "$pid"
	did=$(done_in run)
	counted=$(tx run completions)
	echo "$did done, $counted counted"
	[ "$did" -ge 100000 ]
	[ $((counted * 100)) -ge $((did * 95)) ] && [ $((counted * 100)) -le $((did * 105)) ] || false
	[ -z "$(of_source run slices iouring)" ]
}

# One burst of 20 ms: few slices meet it. Where they met packets of others the figure is a zero, which says how long what
# it leaves open may be: a burst that is longer is missed by chance, once in twenty.
@test "where slices met next to none of the packets there is no figure, and no zero that says more than they know" {
	local missed=0
	for _ in 1 2 3; do
		bursts packets 200000 20 2480
		over_it run skb
		wait "$pid"
		counted=$(tx run received)
		echo "$(done_in run) done, $counted counted"
		if grep -q '^,host,collector,absent,skb,"its slices met [0-9]* of the [0-9]* packets of the window' "$dir/run"; then
			! grep '^,[^,]*,skb,' "$dir/run" || false
		elif [ "$counted" = 0 ]; then
			echo "blind: $(of_source run blind skb)"
			missed=$((missed + $(awk -v blind="$(of_source run blind skb)" 'BEGIN { print !(blind * 3 >= 0.02) }')))
		fi
	done
	[ "$missed" -le 1 ]
}

@test "what becomes too much is counted whole until then, and in slices from then on" {
	bursts nops 1000000 100 0
	over_it run iouring
	wait "$pid"
	did=$(done_in run)
	counted=$(tx run completions)
	echo "$did done, $counted counted in $(of_source run slices iouring) slices"
	[ "$(of_source run slices iouring)" -ge 2 ]
	[ $((counted * 100)) -ge $((did * 75)) ] && [ $((counted * 100)) -le $((did * 130)) ] || false
}

# Two wait while a third writes for many milliseconds with the lock of the file held.
@test "waits for a lock that last longer than a slice are all there" {
	cat >"$dir/writers.py" <<-'END'
		import os, sys, time
		f = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
		block = bytes(32 << 20)
		end = time.monotonic() + 4.5
		os.fork()
		while time.monotonic() < end:
		    os.pwrite(f, block, 0)
	END
	python3 "$dir/writers.py" "$dir/file" 3>&- &
	pid=$!
	started+=("$pid")
	sleep 0.5
	over_it exact --exact locks &
	all=$!
	over_it run locks
	wait "$all" "$pid"
	for file in exact run; do
		awk -F, '$4 == "wait" && $5 ~ /write_iter/ { n += $6 } END { printf "%.0f\n", n }' "$dir/$file"
	done >"$dir/waits"
	cat "$dir/waits"
	{ read -r truth; read -r counted; } <"$dir/waits"
	[ "$truth" -ge 300000000 ] || skip "the file system here does not let two writers wait for each other"
	[ $((counted * 100)) -ge $((truth * 80)) ] && [ $((counted * 100)) -le $((truth * 120)) ] || false
}

# Of a process's own pages among those of the machine, which its bursts are not in step with.
@test "an estimate comes with its error and the number of its slices" {
	bursts pages 100000 100 300
	over_it run pagealloc
	wait "$pid"
	did=$(done_in run)
	counted=$(tx run allocs)
	error=$(awk -F, '$2 == "tx" && $4 == "error" && $5 == "pagealloc/allocs/task" { print $6 }' "$dir/run")
	slices=$(of_source run slices pagealloc)
	echo "$did done, $counted estimated of $slices slices, error $error"
	[ "$slices" -ge 6 ]
	# Four standard errors, as the load of the machine is not ours.
	awk -v d="$did" -v c="$counted" -v e="$error" 'BEGIN { exit !(e > 0 && c - d < 4 * e * c + d / 20 && d - c < 4 * e * c + d / 20) }'
	cp "$dir/run" "$dir/run.csv"
	run "$BUILD/zcroi" show pagealloc --format csv "$dir/run.csv"
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *margin_percent* ]]
	[ "$(of_source run follows pagealloc)" = pages ] || [ "$(of_source run follows pagealloc)" = time ]
}

@test "rows of intervals add up to the rows of the window, whatever was estimated meanwhile" {
	bursts packets 20000 100 200
	"$BUILD/zcprof" attach --pid "$pid" --seconds 2.5 --warmup 0.2 --interval 0.3 \
		--collect skb,pagealloc,syscalls,softirq,locks -o "$dir/series.csv" 3>&-
	run awk -F, '$3 ~ /^(skb|pagealloc|syscalls|softirq|locks)$/ && $6 + 0 == $6 {
			key = $2 " " $3 " " $4 " " $5
			if ($1 == "") window[key] = $6
			else { sum[key] += $6; rows++ }
		}
		END {
			for (key in sum)
				if ((sum[key] - window[key]) ^ 2 > (1e-6 * window[key] + 0.01) ^ 2)
					print key, sum[key], "in rows of intervals,", window[key], "in the window"
			exit rows < 20
		}' "$dir/series.csv"
	echo "$output"
	[ "$status" = 0 ]
	[ -z "$output" ]
}

@test "ksoftirqd is woken as often as its wake-ups are seen, though softirq counts in slices" {
	bursts packets 100000 50 150
	over_it exact --exact softirq &
	all=$!
	over_it run softirq
	wait "$all" "$pid"
	for file in exact run; do
		awk -F, '$4 == "wakeups" { n += $6 } END { printf "%d\n", n }' "$dir/$file"
	done >"$dir/woken"
	cat "$dir/woken"
	{ read -r truth; read -r counted; } <"$dir/woken"
	# The two windows do not begin and end in the same moment.
	[ $((counted * 100)) -ge $((truth * 80 - 2000)) ] && [ $((counted * 100)) -le $((truth * 120 + 2000)) ] || false
	[ "$(of_source run slices softirq)" -ge 2 ]
	! awk -F, '$4 == "error" && $5 ~ /wakeups/' "$dir/run" | grep . || false
}
