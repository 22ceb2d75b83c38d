# SPDX-License-Identifier: GPL-2.0-or-later
# For a test without a network namespace of its own: a port that whatever is tested beside it has not.

# Below the ports that the kernel gives to connections, and free, with the one after it.
free_port() {
	local port

	while :; do
		port=$((20000 + RANDOM % 12000))
		[ -n "$(ss -Htan "sport = :$port or sport = :$((port + 1))")" ] || break
	done
	echo "$port"
}
