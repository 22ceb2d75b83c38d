# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# Processes that write to one pipe and read from it want its mutex. How often they waited for it is
# what "perf lock contention" says of the same tracepoints, over a longer time in which they do
# nothing else.
worker '
import os, sys, time
print("ready", flush=True)
sys.stdin.readline()
r, w = os.pipe()
children = []
cpus = sorted(os.sched_getaffinity(0))
for cpu in (cpus[0], cpus[-1]):
    child = os.fork()
    if not child:
        os.sched_setaffinity(0, {cpu})
        end = time.monotonic() + 0.7
        while time.monotonic() < end:
            os.write(w, b"x" * 16384)
            os.read(r, 16384)
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
print("done", flush=True)
sys.stdin.readline()
'
measure --exact --tx "$pid" locks
mkfifo "$dir/perf.in" "$dir/perf.said"
recording=
if command -v perf >/dev/null && [ -e /sys/kernel/tracing/events/lock/contention_begin ]; then
	# What "perf lock record" records, of one process and its children; that itself takes long to begin.
	perf record -R -c 1 -m 1024 -e lock:contention_begin -e lock:contention_end --call-graph fp,8 \
		-p "$pid" -o "$dir/perf.data" --control "fifo:$dir/perf.in,$dir/perf.said" -D -1 >"$dir/perf.out" 2>&1 &
	recording=$!
	started+=("$recording")
	echo enable >"$dir/perf.in"
	read -r said <"$dir/perf.said"
	echo "perf: $said"
fi
across tell work "done"
ours=$(awk -F, '$3 == "locks" && $4 == "contentions" && $5 ~ /mutex\/.*pipe_/ { n += $6 } END { printf "%.0f", n }' "$dir/run.csv")
waited() {
	awk -F, '$3 == "locks" && $4 == "wait" && $5 ~ /mutex\/.*pipe_/ { n += $6 } END { printf "%.0f", n }' "$dir/run.csv"
}
within "waits for the mutex of a pipe" 1 "$ours" 1000000
if [ -n "$recording" ]; then
	kill -INT "$recording"
	wait "$recording" || :
	perf lock contention -i "$dir/perf.data" >"$dir/perf.table" 2>&1 || :
	cat "$dir/perf.out" "$dir/perf.table"
	# Which function it names depends on the kernel's stack: all mutexes, then; they take no other.
	theirs=$(awk 'NF > 1 && $(NF - 1) == "mutex" { n += $1 } END { printf "%.0f\n", n }' "$dir/perf.table")
	# "12.34 us"
	wait=$(awk 'NF > 1 && $(NF - 1) == "mutex" { n += $2 * ($3 == "us" ? 1e3 : $3 == "ms" ? 1e6 : $3 == "s" ? 1e9 : 1) }
		END { printf "%.0f", n }' "$dir/perf.table")
	within "ns of them, by perf lock contention $wait:" $((wait * 9 / 10)) "$(waited)" $((wait * 11 / 10))
	within "perf lock contention has $theirs," $((theirs - theirs / 100)) "$ours" $((theirs + theirs / 50))
fi
every=$(awk -F, '$3 == "locks" && $4 == "contentions" { n += $6 } END { printf "%.0f", n }' "$dir/run.csv")
lengths=$(awk -F, '$3 == "locks" && $4 == "length" { n += $6 } END { printf "%.0f", n }' "$dir/run.csv")
within "waits by length, of $every:" $((every * 98 / 100)) "$lengths" "$every"
# Each is at least as long as its bucket's lower edge, and at most an eighth longer. Others' that the window's
# edges cut are in the sum, and have no length.
least=$(awk -F, '$3 == "locks" && $4 == "length" { n += $5 * $6 } END { printf "%.0f", n }' "$dir/run.csv")
all=$(awk -F, '$3 == "locks" && $4 == "wait" { n += $6 } END { printf "%.0f", n }' "$dir/run.csv")
within "ns of them, of $all by their edges:" $(($(waited) * 85 / 100)) "$least" $((all * 102 / 100))
same "waits that did not fit" "$(awk -F, '$4 == "full" { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")" 0
