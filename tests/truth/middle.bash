# SPDX-License-Identifier: GPL-2.0-or-later
# Two ends with a namespace between them that forwards, where datagrams queue; for tests that compare times with the kernel's
# stamps on packets. Load after zcpath.bash.
#
#   middle_setup       the namespaces $a (tx), $m and $b (rx); sets $in_tx, $in_rx and $host
#   middle_teardown    after zcpath_teardown
#   meter NAMESPACE FILE TOOL ARG…   a tool of tests/tool at that end's device, until meters_end
#   percentile SHARE FILE            of numbers, one a line
#   of_histogram END METRIC SHARE    the middle of its bucket
#   within PERCENT A B

middle_setup() {
	[ "$(id -u)" = 0 ] || skip "network namespaces take root"
	a=zcp$$-a m=zcp$$-m b=zcp$$-b
	ip netns add $a
	ip netns add $m
	ip netns add $b
	ip link add name v0 netns $a type veth peer name va netns $m
	ip link add name v0 netns $b type veth peer name vb netns $m
	ip -n $a addr add 10.97.1.1/24 dev v0
	ip -n $m addr add 10.97.1.2/24 dev va
	ip -n $m addr add 10.97.2.2/24 dev vb
	ip -n $b addr add 10.97.2.1/24 dev v0
	ip -n $a link set v0 up
	ip -n $m link set va up
	ip -n $m link set vb up
	ip -n $b link set v0 up
	ip -n $a route add default via 10.97.1.2
	ip -n $b route add default via 10.97.2.2
	ip netns exec $m sysctl -qw net.ipv4.ip_forward=1
	in_tx="ip netns exec $a" in_rx="ip netns exec $b"
	host=10.97.2.1
}

middle_teardown() {
	[ -z "${meters-}" ] || kill $meters 2>/dev/null || true
	for ns in ${a-} ${m-} ${b-}; do
		ip netns del $ns
	done
}

meter() { # NAMESPACE FILE TOOL ARG…
	ip netns exec "$1" "$BUILD/tests/tool/$3" v0 "${@:4}" >"$2" 3>&- &
	meters="${meters-} $!"
	for _ in $(seq 1000); do
		! grep -q ready "$2" || return 0
		sleep 0.02
	done
	echo "$3 was not ready in 20 s"
	return 1
}

meters_end() {
	# shellcheck disable=SC2086 # words
	kill $meters
	# shellcheck disable=SC2086
	wait $meters || true
	meters=
}

percentile() { # SHARE FILE
	sort -n "$2" | awk -v share="$1" '{ at[NR] = $1 } END { i = int(share * NR + 0.999999); print at[i < 1 ? 1 : i] }'
}

of_histogram() { # END METRIC SHARE
	awk -F, -v metric="$2" -v share="$3" '$3 == "path" && $4 == metric { edge[++n] = $5; in_it[n] = $6; all += $6 }
		END { while (sum < share * all) sum += in_it[++i]; print edge[i] * (1 + 1 / 128) }' "$1.csv"
}

# What is in FILE, one a line, is what the histogram says.
same_percentiles() { # WORDS FILE END METRIC
	local share packets zcpath

	for share in 0.5 0.99; do
		packets=$(percentile $share "$2") zcpath=$(of_histogram "$3" "$4" $share)
		echo "# $1 p$share: packets $packets ns, zcpath $zcpath ns" >&3
		echo "$1 p$share: packets $packets ns, zcpath $zcpath ns"
		awk -v p="$packets" -v z="$zcpath" 'BEGIN { exit !(z > 0.95 * p && z < 1.05 * p) }'
	done
}
