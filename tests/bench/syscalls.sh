#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What it costs a system call to be counted: a loop of getppid() bare, counted by zcprof's collector,
# by bpftrace (entry and exit keyed by thread; calls, errors, total, least, most, mean, histogram), by
# perf trace -s and by strace -c; and as a bystander, while zcprof counts another process. The tools
# take turns, round by round. Prints the nanoseconds that each adds to a call (medians over rounds)
# and its ratio to zcprof's; saves every figure; fails when zcprof's is more than a fifth of
# bpftrace's or a hundredth of perf trace's.
#
#   BUILD=build ROUNDS=5 tests/bench/syscalls.sh
set -eu
# shellcheck source=tools/attended
. "$(dirname "$0")/../../tools/attended"
BUILD=${BUILD:-build}
ROUNDS=${ROUNDS:-5}
csv=$BUILD/bench/syscalls.csv
dir=$(mktemp -d)
mkdir -p "$BUILD/bench"

for tool in bpftrace perf strace; do
	command -v $tool >/dev/null || { echo "syscalls.sh: needs $tool; run tools/install-deps bench" >&2; exit 3; }
done
[ "$(id -u)" = 0 ] || { echo "syscalls.sh: needs root, for BPF" >&2; exit 3; }

# bpftrace and perf look for tracepoints there; what is mounted here is unmounted again.
mounted=
if ! [ -d /sys/kernel/debug/tracing/events ]; then
	mount -t debugfs none /sys/kernel/debug 2>/dev/null && mounted=/sys/kernel/debug
fi
cleanup() {
	jobs -p | xargs -r kill 2>/dev/null || :
	[ -z "$mounted" ] || umount -R $mounted
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
mkfifo "$dir/work.in" "$dir/tool.in"
exec {to_work}<>"$dir/work.in" {to_tool}<>"$dir/tool.in"

until_says() { # FILE PATTERN
	for _ in $(seq 1500); do
		grep -q "$2" "$1" && return
		sleep 0.02
	done
	echo "syscalls.sh: no '$2' within 30 s in:" >&2
	cat "$1" >&2
	exit 1
}

# The same figures, per process as zcprof's are per end: stats() is calls, mean and total; the sum of
# squares is for the standard deviation.
program='BEGIN { printf("begin\n"); }
tracepoint:raw_syscalls:sys_enter /pid == $1/ { @start[tid] = nsecs; }
tracepoint:raw_syscalls:sys_exit /@start[tid]/ {
	$ns = nsecs - @start[tid];
	@stats[pid, args->id] = stats($ns);
	@least[pid, args->id] = min($ns); @most[pid, args->id] = max($ns);
	@squares[pid, args->id] = sum($ns * $ns);
	@histogram[pid, args->id] = hist($ns);
	if (args->ret < 0) { @errors[pid, args->id] = count(); }
	delete(@start[tid]);
}'

# The tool runs on what it is said to on process $1, and is ready when it returns.
attach_zcprof() {
	mine "$BUILD/tests/tool/collect" --tx "$1" syscalls <"$dir/tool.in" >"$dir/rows" 2>"$dir/out" &
	until_says "$dir/out" ready
	echo >&"$to_tool"
	until_says "$dir/out" open
	! grep -q ,collector,absent, "$dir/rows" || { cat "$dir/out" >&2; exit 3; }
}
attach_bystander() {
	attach_zcprof 1
}
attach_bpftrace() {
	mine bpftrace -e "$program" "$1" >"$dir/out" 2>&1 &
	until_says "$dir/out" begin
	sleep 0.5
}
attach_perf() {
	mine perf trace -s -p "$1" >"$dir/out" 2>&1 &
	sleep 2
}
attach_strace() {
	mine strace -f -c -p "$1" >"$dir/out" 2>&1 &
	until_says "$dir/out" attached
}

# Prints the nanoseconds of one call under a tool.
once() {
	local tool=$1 calls=$2 work job=

	: >"$dir/work.out"
	mine "$BUILD/tests/tool/calls" loop "$calls" <"$dir/work.in" >"$dir/work.out" &
	work=$!
	until_says "$dir/work.out" ready
	if [ "$tool" != bare ]; then
		"attach_$tool" "$work"
		job=$!
	fi
	echo >&"$to_work"
	until_says "$dir/work.out" '^[0-9]'
	grep '^[0-9]' "$dir/work.out" >"$dir/ns"
	case $tool in
	bare) ;;
	zcprof | bystander) echo >&"$to_tool" ;;
	*) kill -INT "$job" ;;
	esac
	[ -z "$job" ] || wait "$job" || :
	echo >&"$to_work"
	wait "$work"
}

echo "round,tool,ns_per_call" >"$csv"
for round in $(seq "$ROUNDS"); do
	for tool in bare zcprof bystander bpftrace perf strace; do
		calls=2000000
		[ $tool != bpftrace ] || calls=500000
		[ $tool != perf ] || calls=50000
		[ $tool != strace ] || calls=20000
		once $tool $calls
		echo "$round,$tool,$(cat "$dir/ns")" >>"$csv"
	done
done

sort -t, -k2,2 -k3,3g "$csv" | awk -F, '
	$2 != "tool" { ns[$2, ++n[$2]] = $3 }
	function median(tool, m) {
		m = n[tool]
		return m % 2 ? ns[tool, (m + 1) / 2] : (ns[tool, m / 2] + ns[tool, m / 2 + 1]) / 2
	}
	END {
		bare = median("bare"); ours = median("zcprof") - bare
		printf "%-10s %10s %10s %10s\n", "tool", "ns/call", "added", "times ours"
		printf "%-10s %10.0f\n", "bare", bare
		split("zcprof bystander bpftrace perf strace", tools, " ")
		for (i = 1; i <= 5; i++) {
			added = median(tools[i]) - bare
			printf "%-10s %10.0f %10.0f %10.1f\n", tools[i], median(tools[i]), added, added / ours
		}
		exit !(median("bpftrace") - bare >= 5 * ours && median("perf") - bare >= 100 * ours)
	}'
