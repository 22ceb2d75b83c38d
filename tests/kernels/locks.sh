# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# Processes that write to one pipe and read from it want its mutex.
python3 -c '
import os, sys, time
print("ready", flush=True)
sys.stdin.readline()
r, w = os.pipe()
children = []
for _ in range(2):
    child = os.fork()
    if not child:
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            os.write(w, b"x" * 10)
            os.read(r, 10)
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
print("done", flush=True)
sys.stdin.readline()
' <"$dir/work.in" >"$dir/work.out" 2>&1 &
pid=$!
started+=("$pid")
heard work ready
measure --exact --tx "$pid" locks
across tell work "done"
waits() { awk -F, -v k="$1" '$3 == "locks" && $4 == "contentions" && $5 ~ k { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv"; }
within "waits for the mutex of a pipe" 1 "$(waits 'mutex/.*pipe_(read|write)')" 1000000
same "waits that did not fit" "$(awk -F, '$4 == "full" { n += $6 } END { print n + 0 }' "$dir/run.csv")" 0
