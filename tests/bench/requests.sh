#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Requests and responses of one byte, one after the other on one connection over a veth pair: zcpath's copy, blocking copy
# and uring against neper's tcp_rr, kperf and netperf's TCP_RR, client on CPU 0, server on CPU 1. PEERS as
# tests/bench/kit.bash says; prints ratios, saves every figure, and fails where one is below 1 for sure.
#
#   BUILD=build ROUNDS=10 SECONDS_EACH=2 REQUEST=1 tests/bench/requests.sh
# shellcheck source=tests/bench/kit.bash
. "$(dirname "$0")/kit.bash"
ROUNDS=${ROUNDS:-10}
SECONDS_EACH=${SECONDS_EACH:-2}
REQUEST=${REQUEST:-1}
OURS=${OURS:-copy blocking uring}

needs
peer neper "https://github.com/google/neper" neper/tcp_rr\|tcp_rr
peer kperf "https://github.com/facebookexperimental/kperf" kperf/client kperf/server
peer netperf "Debian: netperf, of trixie or later" netperf netserver
some_peer
two_namespaces 1500

ours() { # RX-OPTION... -- PATH
	zcpath "${@:1:$#-1}" --path "${!#}" --rpc "$REQUEST:$REQUEST" --warmup 0.3 --seconds "$SECONDS_EACH"
	per_second "$work/tx.csv" tx responses
}
copy() { ours --path copy -- copy; }
blocking() { ours --path copy --blocking -- copy; }
uring() { ours --path uring -- uring; }

neper() {
	"${in_b[@]}" taskset -c 1 "${at[neper]}" --nolog -Q "$REQUEST" -R "$REQUEST" --no-delay -l "$SECONDS_EACH" >"$work/server" 2>&1 &
	until_listening 12866
	"${in_a[@]}" taskset -c 0 "${at[neper]}" --nolog -c -H $to -Q "$REQUEST" -R "$REQUEST" --no-delay -l "$SECONDS_EACH" >"$work/client" 2>&1
	wait $!
	sed -n 's/^throughput=//p' "$work/client"
}

kperf() {
	kperf_between --req-size "$REQUEST" --resp-size "$REQUEST" -t "$SECONDS_EACH"
	# Of both ends, of which one counts them.
	sed -n 's/.* \([0-9.]*\) RPS$/\1/p' "$work/client.err" | sort -g | tail -1
}

netperf() {
	"${in_b[@]}" taskset -c 1 "${at[netperf_2]}" -D -4 -p 12900 >"$work/server" 2>&1 &
	until_listening 12900
	"${in_a[@]}" taskset -c 0 "${at[netperf]}" -4 -H $to -p 12900 -t TCP_RR -P 0 -l "$SECONDS_EACH" -- -r "$REQUEST,$REQUEST" -D \
		>"$work/client" 2>&1 || :
	kill $!
	wait $! || :
	awk 'NF >= 6 { print $6; exit }' "$work/client"
}

rm -f "$csv"
# shellcheck disable=SC2086 # a word each
rounds "$ROUNDS" "$REQUEST:$REQUEST" $OURS "${peers[@]}"
instructions request
failed=0
for path in $OURS; do
	ratios /s "$path" "${peers[@]}" || failed=1
done
exit $failed
