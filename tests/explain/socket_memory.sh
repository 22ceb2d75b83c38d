# SPDX-License-Identifier: GPL-2.0-or-later
# The cgroup of both ends may have $SIZE MiB of memory for sockets.
# shellcheck shell=bash disable=SC2034,SC2154
expected="tcp_memory loss"
where=host
default_size=1

inject() {
	group=/sys/fs/cgroup/memory/explain-$$
	mkdir "$group"
	echo "${SIZE}M" >"$group/memory.kmem.tcp.limit_in_bytes"
	echo $$ >"$group/cgroup.procs"
}

undo() {
	echo $$ >"$(dirname "$group")/cgroup.procs"
	rmdir "$group"
}
