#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zcpath's copy and uring, woken for the first byte and for SIZE bytes (--lowat), against the best of iperf3, neper
# and kperf, round by round: one connection over a veth pair, the same buffer sizes, congestion control and CPUs, a
# second of warm-up each. PEERS as tests/bench/kit.bash says; prints ratios, saves every figure, and fails where one
# is below 1 for sure.
#
#   BUILD=build ROUNDS=14 SECONDS_EACH=2 MTU=4148 SIZE=256K tests/bench/streams.sh
# shellcheck source=tests/bench/kit.bash
. "$(dirname "$0")/kit.bash"
ROUNDS=${ROUNDS:-14}
SECONDS_EACH=${SECONDS_EACH:-2}
SIZE=${SIZE:-256K}
OURS=${OURS:-copy uring copy_lowat uring_lowat}
bytes=$(numfmt --from=iec "$SIZE")

needs
peer iperf3 "Debian: iperf3" iperf3
peer neper "https://github.com/google/neper" neper/tcp_stream\|tcp_stream
peer kperf "https://github.com/facebookexperimental/kperf" kperf/client kperf/server
some_peer
two_namespaces "${MTU:-4148}"

ours() { # PATH [RX-OPTION...]
	zcpath --path "$1" --read "$SIZE" --cc cubic "${@:2}" -- --path "$1" --cc cubic --msg "$SIZE" --write "$SIZE" --warmup 1 \
		--seconds "$SECONDS_EACH"
	gbits "$work/rx.csv" rx
}
copy() { ours copy; }
uring() { ours uring; }
copy_lowat() { ours copy --lowat "$SIZE"; }
uring_lowat() { ours uring --lowat "$SIZE"; }

iperf3() {
	"${in_b[@]}" taskset -c 1 "${at[iperf3]}" -s -1 -p 5301 >"$work/server" 2>&1 &
	until_listening 5301
	"${in_a[@]}" taskset -c 0 "${at[iperf3]}" -c $to -p 5301 -l "$SIZE" -C cubic -O 1 -t "$SECONDS_EACH" -f k >"$work/client"
	wait $!
	awk '/receiver/ { for (i = 1; i < NF; i++) if ($(i + 1) == "Kbits/sec") printf "%.4f\n", $i / 1e6 }' "$work/client"
}

# It leaves out the beginning itself.
neper() {
	"${in_b[@]}" taskset -c 1 "${at[neper]}" --nolog -B "$bytes" -l $((SECONDS_EACH + 1)) >"$work/server" 2>&1 &
	until_listening 12866
	"${in_a[@]}" taskset -c 0 "${at[neper]}" --nolog -c -H $to -B "$bytes" -l $((SECONDS_EACH + 1)) --congestion-control cubic \
		>"$work/client" 2>&1
	wait $!
	awk -F= '/^throughput=/ { if ($2 > most) most = $2 } END { printf "%.4f\n", most / 1000 }' "$work/server" "$work/client"
}

kperf() {
	kperf_between --read-size "$bytes" --write-size "$bytes" --tcp-cc cubic -t $((SECONDS_EACH + 1)) --out-csv
	awk -F, '{ print $NF }' "$work/client"
}

rm -f "$csv"
# shellcheck disable=SC2086 # a word each
rounds "$ROUNDS" stream $OURS "${peers[@]}"
instructions KB 122070.3125 # of 1 Gbit/s
failed=0
for path in $OURS; do
	ratios Gbit/s "$path" "${peers[@]}" || failed=1
done
exit $failed
