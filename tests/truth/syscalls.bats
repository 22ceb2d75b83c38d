#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# System calls are counted to the call: against a program that knows what it calls, and against
# strace on the same process at the same time.

load measured.sh

setup() {
	[ "$(id -u)" = 0 ] || skip "BPF needs root here"
	measured_setup
}

teardown() {
	stop_all
}

@test "known calls of four threads are counted to the call, with their errors and their time" {
	work known 4 20000
	measure --tx "$pid" syscalls
	tell measure open
	tell work done
	measured
	[ "$(figure tx syscalls calls getppid)" = 80000 ]
	[ "$(figure tx syscalls errors getppid)" = 0 ]
	[ "$(figure tx syscalls calls close)" = 80000 ]
	[ "$(figure tx syscalls errors close)" = 80000 ]
	[ "$(figure tx syscalls calls clock_nanosleep)" = 40 ]
	[ "$(figure tx syscalls lost '')" = 0 ]
	[ -z "$(figure rx syscalls calls getppid)" ]
	# 40 sleeps of 5 ms: none shorter, and histogram, total and mean agree.
	[ "$(figure tx syscalls min clock_nanosleep)" -ge 5000000 ]
	awk -F, -v total="$(figure tx syscalls total clock_nanosleep)" \
		-v mean="$(figure tx syscalls mean clock_nanosleep)" '
		$4 == "latency" && $5 ~ /^clock_nanosleep:/ {
			split($5, at, ":"); calls += $6; low += $6 * at[2]
		}
		END {
			exit !(calls == 40 && total > mean * 39.99 && total < mean * 40.01 &&
			       low <= total && low * 1.13 > total)
		}' "$dir/run.csv"
}

@test "calls of 32-bit programs and of no known number stand apart from those of the same number" {
	work odd 1000
	measure --rx "$pid" syscalls
	tell measure open
	tell work done
	measured
	[ "$(figure rx syscalls calls unknown)" = 1000 ]
	[ "$(figure rx syscalls errors unknown)" = 1000 ]
	[ -z "$(figure rx syscalls calls writev)" ]
	[ "$(uname -m)" != x86_64 ] || [ "$(figure rx syscalls calls compat_20)" = 1000 ]
}

@test "what happens before the window and after it is not counted" {
	work known 2 1000
	measure --rx "$pid" syscalls
	tell work done
	tell measure open
	measured
	[ -z "$(figure rx syscalls calls getppid)" ]
}

@test "calls across an edge of the window count with the part that lies inside" {
	work across
	measure --rx "$pid" syscalls
	tell measure open
	sleep 0.3
	kill -USR1 "$pid"
	until [ "$(ls "/proc/$pid/task" | wc -l)" -eq 2 ]; do sleep 0.02; done
	sleep 0.5
	measured
	# The main thread reads and one thread sleeps from before the window to after it; another
	# is woken inside. All three calls are older than the programs.
	[ "$(figure rx syscalls in_flight read)" = 1 ]
	[ "$(figure rx syscalls calls read)" = 0 ]
	[ "$(figure rx syscalls in_flight clock_nanosleep)" = 1 ]
	[ "$(figure rx syscalls calls clock_nanosleep)" = 1 ]
	window=$(figure rx syscalls total read)
	asleep=$(figure rx syscalls total clock_nanosleep)
	echo "reading $window ns, asleep $asleep, of that woken $(figure rx syscalls max clock_nanosleep)"
	[ "$window" -ge 800000000 ]
	[ "$(figure rx syscalls max clock_nanosleep)" -ge 300000000 ]
	[ "$(figure rx syscalls max clock_nanosleep)" -le $((window - 500000000)) ]
	[ "$asleep" = $((window + $(figure rx syscalls max clock_nanosleep))) ]
}

@test "as many calls as strace counts in the same process, for every system call" {
	command -v strace >/dev/null || skip "strace is not installed"
	work known 4 500
	strace -f -c -U calls,errors,name -o "$dir/strace.out" -p "$pid" 2>"$dir/strace.err" 3>&- &
	strace=$!
	started+=("$strace")
	for _ in $(seq 500); do
		grep -q attached "$dir/strace.err" && break
		sleep 0.01
	done
	grep -q attached "$dir/strace.err" || skip "strace cannot attach: $(cat "$dir/strace.err")"
	measure --tx "$pid" syscalls
	tell measure open
	tell work done
	measured
	kill -INT "$strace"
	wait "$strace" || :
	# read and write are made at the edges too; exit never returns, and strace leaves it out.
	awk '$1 ~ /^[0-9]+$/ && $NF !~ /^(read|write|total|restart_syscall)$/ {
		print $NF, $1, (NF > 2) ? $2 : 0 }' "$dir/strace.out" | sort >"$dir/theirs"
	awk -F, '$4 == "calls" { calls[$5] = $6 } $4 == "errors" { errors[$5] = $6 }
		END { for (c in calls) if (c !~ /^(read|write|exit|restart_syscall)$/ && calls[c])
			print c, calls[c], errors[c] }' "$dir/run.csv" | sort >"$dir/ours"
	cat "$dir/strace.out"
	diff "$dir/theirs" "$dir/ours"
	grep -q '^getppid 2000 0$' "$dir/ours"
	grep -q '^clone3 4 0$\|^clone 4 0$' "$dir/ours"
}
