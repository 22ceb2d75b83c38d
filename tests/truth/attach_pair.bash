# SPDX-License-Identifier: GPL-2.0-or-later
# For the tests of zcprof attach: two network namespaces, $ns-s with an iperf3 server, $ns-c.
# Load zcprof_run first.

pair_up() {
	as_root
	command -v iperf3 >/dev/null || skip "iperf3 is not installed"
	PATH=$BUILD:$PATH
	dir=$BATS_TEST_TMPDIR
	ns=zcprof-at$$
	started=()
	ip netns add "$ns-s"
	ip netns add "$ns-c"
	ip link add at0 netns "$ns-s" type veth peer name at1 netns "$ns-c"
	ip -n "$ns-s" address add 10.77.0.1/24 dev at0
	ip -n "$ns-c" address add 10.77.0.2/24 dev at1
	ip -n "$ns-s" link set at0 up
	ip -n "$ns-c" link set at1 up
	ip netns exec "$ns-s" iperf3 -s >"$dir/server.out" 2>&1 3>&- &
	server=$!
	started+=("$server")
	wait_until 20 listens 5201
}

pair_down() {
	for pid in "${started[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
	done
	ip netns del "$ns-s" 2>/dev/null || :
	ip netns del "$ns-c" 2>/dev/null || :
}

listens() { # PORT
	[ -n "$(ip netns exec "$ns-s" ss -Hltn "sport = :$1")" ]
}

# client ARGUMENT...: an iperf3 that sends at a steady rate, so that each second is as any other.
client() {
	ip netns exec "$ns-c" iperf3 -c 10.77.0.1 -J "$@" >"$dir/client.json" 2>&1 3>&- &
	client=$!
	started+=("$client")
}

# It has run for longer than zcprof took to open its sources, however busy the machine was.
client_says() {
	kill -INT "$client"
	wait "$client" || :
}

# Gbit/s of the seconds from FROM to TO, as iperf3 counted them, below 0 from its end: iperf3_rate JSON FROM TO
iperf3_rate() {
	python3 -c '
import json, sys
sums = [i["sum"] for i in json.load(open(sys.argv[1]))["intervals"]]
begin, end = (float(t) + (sums[-1]["end"] if float(t) < 0 else 0) for t in sys.argv[2:4])
sums = [s for s in sums if s["start"] >= begin - 0.1 and s["end"] <= end + 0.1]
print(8e-9 * sum(s["bytes"] for s in sums) / sum(s["seconds"] for s in sums))' "$@"
}

# Gbit/s of an end in a record: rate FILE END
rate() {
	awk -v b="$(value "$1" "$2" path bytes)" -v ns="$(value "$1" "$2" path window_ns)" \
		'BEGIN { print 8 * b / ns }'
}

within_3_percent() {
	echo "zcprof $1, iperf3 $2 Gbit/s"
	between "$(awk -v x="$2" 'BEGIN { print 0.97 * x }')" "$1" \
		"$(awk -v x="$2" 'BEGIN { print 1.03 * x }')"
}
