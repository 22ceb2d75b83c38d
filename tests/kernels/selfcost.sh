# SPDX-License-Identifier: GPL-2.0-or-later
# A program that runs once for each call, of whatever process: as often as perf counts the same
# tracepoint. It is measured in a few short slices, in which those may not have run much. Its own
# calls are few: the kernel patches its own code at the edges of each slice, and emulated CPUs that run
# that code all the time may never get out of it.
wait_often() {
	for _ in $(seq 400); do
		read -r -t 0.01 _ <>"$dir/work.in" || :
	done
}
measure --tx "$BASHPID" syscalls selfcost
perf=
if command -v perf >/dev/null; then
	mkfifo "$dir/perf.in" "$dir/perf.said"
	perf stat -a -x, -e raw_syscalls:sys_enter -o "$dir/perf.csv" -D -1 \
		--control "fifo:$dir/perf.in,$dir/perf.said" &
	perf=$!
	started+=("$perf")
	echo enable >"$dir/perf.in"
	read -r said <"$dir/perf.said"
	echo "perf: $said"
fi
across wait_often
runs=$(awk -F, '$4 == "bpf_runs" { print $6 }' "$dir/run.csv" | sort -g | tail -n 1)
calls=$(awk -F, '$2 == "tx" && $4 == "calls" { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")
within "runs of one program for $calls calls of one process" $((calls / 2)) "$runs" 1e9
if [ -n "$perf" ]; then
	kill -INT "$perf"
	wait "$perf" || :
	cat "$dir/perf.csv"
	theirs=$(awk -F, '/sys_enter/ { print $1 }' "$dir/perf.csv")
	within "its runs, of $theirs calls as perf counts," $((theirs / 3)) "$runs" $((theirs * 3))
fi
within "ns of zcprof's own CPU time" 1000 "$(figure host selfcost cpu '')" 4000000000
