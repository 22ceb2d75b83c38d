#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# In the lab's machine: for SOAK_SECONDS, transfers that are verified byte by byte, one after the other,
# over every pair of zero-copy paths, IPv4 and IPv6, both MTUs, HW GRO on and off, one flow and three,
# and what the wire and the card may do to them: losses, frames that are not split, late interrupts.
# Ends at the first bad byte or failure, which it says; else says what it moved.
set -euo pipefail
end=$((SECONDS + ${SOAK_SECONDS:-3600}))
faults=/sys/kernel/debug/zcnic/zcnic.0
rows=$(mktemp -d)
total=0 runs=0 said=$SECONDS

figure() { # METRIC
	sed -n "s/^,rx,path,$1,,\([0-9]*\),.*/\1/p" "$rows/rx.csv"
}

one_of() {
	shift $((RANDOM % $#))
	echo "$1"
}

transfer() {
	local path host mtu gro flows fault value bytes=$((64 << 20)) what code=0
	path=$(one_of zcrx devmem) host=$(one_of 10.9.0.1 fd09::1) mtu=$(one_of 4148 1500)
	gro=$(one_of on off) flows=$(one_of 1 3)
	read -r fault value < <(one_of "drop_every 0" "drop_every 1000" "linear_every 50" "delay_us 200")
	what="$path, $(one_of devmem copy) sends, $host, MTU $mtu, HW GRO $gro, flows $flows, $fault $value"
	ip -n rx link set zcnic0 mtu "$mtu"
	ip -n tx link set zcnic1 mtu "$mtu"
	ip netns exec rx ethtool -K zcnic0 rx-gro-hw "$gro"
	for q in 1 2 3; do echo "$value" >"$faults/rx$q/$fault"; done

	: >"$rows/rx.csv"
	ip netns exec rx timeout 300 "$BUILD/zcpath" rx --bind "$host" --path "$path" --nic zcnic0 --queues 1-3 \
		>"$rows/rx.csv" 2>"$rows/rx.err" &
	for _ in $(seq 600); do
		! grep -q ',listening,' "$rows/rx.csv" || break
		sleep 0.1
	done
	ip netns exec tx timeout 300 "$BUILD/zcpath" tx --to "$host" --path "$(sed 's/.*, \(.*\) sends.*/\1/' <<<"$what")" \
		--flows "$flows" --bytes $bytes --verify >"$rows/tx.csv" 2>"$rows/tx.err" || code=$?
	wait $! || code=$?
	for q in 1 2 3; do echo 0 >"$faults/rx$q/$fault"; done
	if [ $code != 0 ] || [ "$(figure bad_bytes)" != 0 ] || [ "$(figure bytes)" -lt $bytes ]; then
		echo "soak: $what: exit $code, bytes $(figure bytes), bad $(figure bad_bytes)"
		cat "$rows"/*.err
		return 1
	fi
	total=$((total + bytes)) runs=$((runs + 1))
}

while [ $SECONDS -lt $end ]; do
	transfer
	if [ $((SECONDS - said)) -ge 60 ]; then
		said=$SECONDS
		echo "soak: $runs transfers, $((total >> 20)) MiB, no bad byte; $(((end - SECONDS) / 60)) min left"
	fi
done
echo "soak: $runs transfers, $((total >> 20)) MiB, no bad byte"
