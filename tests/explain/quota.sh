# SPDX-License-Identifier: GPL-2.0-or-later
# Both ends together have $SIZE % of a CPU.
# shellcheck shell=bash disable=SC2034,SC2154
expected=quota
where=host
default_size=15

inject() {
	if [ -d /sys/fs/cgroup/cpu ]; then
		group=/sys/fs/cgroup/cpu/explain-$$
		mkdir "$group"
		# Of the group's own quota it is to be, and not of what others have beside it.
		echo 262144 >"$group/cpu.shares"
		echo 20000 >"$group/cpu.cfs_period_us"
		echo $((SIZE * 200)) >"$group/cpu.cfs_quota_us"
	else
		group=/sys/fs/cgroup/explain-$$
		mkdir "$group"
		echo 10000 >"$group/cpu.weight"
		echo "$((SIZE * 200)) 20000" >"$group/cpu.max"
	fi
	echo $$ >"$group/cgroup.procs"
}

undo() {
	echo $$ >"$(dirname "$group")/cgroup.procs"
	rmdir "$group"
}
