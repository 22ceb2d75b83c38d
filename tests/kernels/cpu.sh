# SPDX-License-Identifier: GPL-2.0-or-later
# A process that spins on a CPU of its own, the CPU time that the scheduler gave it, and what
# /proc/stat says of that CPU, in ticks.
reading() {
	awk '{ print "spun", $1 }' "/proc/$pid/schedstat"
	awk '$1 == "cpu1" { print "user", $2 + $3 }' /proc/stat
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
tick=$((1000000000 / $(getconf CLK_TCK)))
within "ns in user mode, by /proc/stat" $(($(least user) * tick)) "$user" $(($(most user) * tick))
