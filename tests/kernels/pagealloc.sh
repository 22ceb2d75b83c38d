# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# A process of its own touches 20,000 pages, which it was told not to have as huge ones: each is an
# allocation, as are the few for page tables. How many in all is what ftrace counts of the process, by
# a histogram of the same tracepoint.
worker '
import mmap, sys
print("ready", flush=True)
sys.stdin.readline()
memory = mmap.mmap(-1, 4096 * 20000)
memory.madvise(mmap.MADV_NOHUGEPAGE)
for page in range(20000):
    memory[page * 4096] = 1
print("done", flush=True)
sys.stdin.readline()
'
event=/sys/kernel/tracing/events/kmem/mm_page_alloc
hist="hist:keys=common_pid if common_pid == $pid"
[ -e $event ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || :
counts=
if echo "$hist" >$event/trigger; then
	counts=yes
	cleanup() {
		echo "!$hist" >$event/trigger
	}
	reading() {
		echo allocs "$(awk '/^{/ { print $NF }' $event/hist)"
	}
fi
measure --exact --tx "$pid" pagealloc
across tell work "done"
lost=$(figure host pagealloc lost '')
allocs=$(figure tx pagealloc allocs task)
within "allocations of a process that touched 20000 pages" $((20000 - lost)) "$allocs" 20500
within "pages" $((20000 - lost)) "$(figure tx pagealloc pages task)" 20600
[ -z "$counts" ] ||
	within "allocations, as ftrace counts," $(($(least allocs) - lost)) "$allocs" "$(most allocs)"
# A program that is interrupted misses what the interrupt allocates: emulated CPUs are slow enough.
within "lost" 0 "$lost" 200
