# SPDX-License-Identifier: GPL-2.0-or-later
# Both ends are in a cgroup that accounts for memory of sockets and of the kernel.
# shellcheck shell=bash disable=SC2034,SC2154
expected=accounting
where=host
default_size=1
options=(--write 4K)

inject() {
	group=/sys/fs/cgroup/memory/explain-$$
	mkdir "$group"
	echo 4G >"$group/memory.limit_in_bytes"
	echo 2G >"$group/memory.kmem.tcp.limit_in_bytes"
	echo $$ >"$group/cgroup.procs"
}

undo() {
	echo $$ >"$(dirname "$group")/cgroup.procs"
	rmdir "$group"
}
