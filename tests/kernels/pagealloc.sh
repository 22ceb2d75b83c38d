# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# A process of its own touches 20,000 pages, which it was told not to have as huge ones: each is an
# allocation, as are the few for page tables.
python3 -c '
import mmap, sys
print("ready", flush=True)
sys.stdin.readline()
memory = mmap.mmap(-1, 4096 * 20000)
memory.madvise(mmap.MADV_NOHUGEPAGE)
for page in range(20000):
    memory[page * 4096] = 1
print("done", flush=True)
sys.stdin.readline()
' <"$dir/work.in" >"$dir/work.out" 2>&1 &
pid=$!
started+=("$pid")
heard work ready
measure --exact --tx "$pid" pagealloc
across tell work "done"
within "allocations of a process that touched 20000 pages" 20000 "$(figure tx pagealloc allocs task)" 20500
within "pages" 20000 "$(figure tx pagealloc pages task)" 20600
same lost "$(figure host pagealloc lost '')" 0
