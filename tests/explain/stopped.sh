# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154 # pair.sh reads them, and has the namespaces' names
# An end is stopped for $SIZE ms of each 60, as by a job control or a freezer.
expected=stopped
where=host
ends="rx tx"
default_size=30

# What of its namespace is zcpath, if it is there.
stopping() {
	local netns=$RX_NETNS pid
	[ "$END" = rx ] || netns=$TX_NETNS
	while :; do
		for pid in $(ip netns pids "$netns"); do
			[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = zcpath ] || continue
			kill -STOP "$pid" 2>/dev/null || :
			sleep "0.0$SIZE"
			kill -CONT "$pid" 2>/dev/null || :
		done
		sleep "0.0$((60 - SIZE))"
	done
}

inject() {
	stopping &
	faulty=$!
}

undo() {
	stop
	ip netns pids "$RX_NETNS" | xargs -r kill -CONT 2>/dev/null || :
	ip netns pids "$TX_NETNS" | xargs -r kill -CONT 2>/dev/null || :
}
