# SPDX-License-Identifier: GPL-2.0-or-later
# A process that spins on a CPU of its own, and the CPU time that the scheduler gave it.
reading() {
	awk '{ print "spun", $1 }' "/proc/$pid/schedstat"
}
spin() {
	echo >&"${to[work]}"
	sleep 2
}
[ "$(nproc)" -ge 2 ] || absent "needs a CPU to spin on"
work burn spin_in_user 4
taskset -cp 1 "$pid"
measure --tx "$pid" --cpus-tx 1 cpu
across spin
user=$(figure tx cpu user 1)
thread=$(awk -F, '$2 == "tx" && $4 == "thread" && $5 ~ /^calls\// { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")
within "ns of the thread" "$(least spun)" "$thread" "$(most spun)"
# /proc/stat counts in ticks, and what else comes upon that CPU is not the thread's.
within "ns in user mode" $(($(least spun) * 9 / 10)) "$user" $(($(most spun) * 11 / 10))
