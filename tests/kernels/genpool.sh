# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# An NVMe controller's own memory is a gen_pool, of which each mapping of a page takes one piece,
# and gives it back in the end (drivers/pci/p2pdma.c). The virtual machine has such a controller. What
# perf counts of a breakpoint of its own on the same function stands beside it.
modprobe -q nvme || :
for try in $(seq 100); do
	pool=$(echo /sys/bus/pci/devices/*/p2pmem/allocate)
	[ ! -e "$pool" ] || break
	sleep 0.05
done
[ -e "$pool" ] || pool=
worker '
import mmap, os, sys
print("ready", flush=True)
sys.stdin.readline()
if sys.argv[1]:
    fd = os.open(sys.argv[1], os.O_RDWR)
    for i in range(1000):
        mmap.mmap(fd, 4096).close()
print("done", flush=True)
sys.stdin.readline()
' "$pool"
measure --exact --tx "$pid" genpool
alloc=$(awk '$3 == "gen_pool_alloc_algo_owner" { print $1 }' /proc/kallsyms)
perf=
# Of a CPU's four breakpoints zcprof leaves one.
if [ -n "$pool" ] && [ -n "$alloc" ] && command -v perf >/dev/null; then
	mkfifo "$dir/perf.in" "$dir/perf.said"
	perf stat -a -x, -e "mem:0x$alloc:x" -o "$dir/perf.csv" -D -1 --control "fifo:$dir/perf.in,$dir/perf.said" &
	perf=$!
	started+=("$perf")
	echo enable >"$dir/perf.in"
	read -r said <"$dir/perf.said"
	echo "perf: $said"
fi
across tell work "done"
[ -n "$pool" ] || absent "loads, but nothing here calls it: memory of an NVMe controller can be mapped from 6.2 on, and there is no other gen_pool"
calls() {
	awk -F, -v k="$1" '$3 == "genpool" && $4 == "calls" && $5 == k { n += $6 } END { printf "%.0f", n }' "$dir/run.csv"
}
same "allocations for 1000 mappings" "$(calls alloc)" 1000
same "pieces given back" "$(calls free)" 1000
if [ -n "$perf" ]; then
	kill -INT "$perf"
	wait "$perf" || :
	cat "$dir/perf.csv"
	theirs=$(awk -F, '/mem:/ { print $1 }' "$dir/perf.csv")
	same "allocations, as perf counts by a breakpoint," "$(calls alloc)" "$theirs"
fi
