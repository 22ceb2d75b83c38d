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
		echo 20000 >"$group/cpu.cfs_period_us"
		echo $((SIZE * 200)) >"$group/cpu.cfs_quota_us"
	else
		group=/sys/fs/cgroup/explain-$$
		mkdir "$group"
		echo "$((SIZE * 200)) 20000" >"$group/cpu.max"
	fi
	echo $$ >"$group/cgroup.procs"
}

undo() {
	echo $$ >"$(dirname "$group")/cgroup.procs"
	rmdir "$group"
}
