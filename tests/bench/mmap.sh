#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zcpath's mmap (TCP_ZEROCOPY_RECEIVE), sent by MSG_ZEROCOPY, against neper's tcp_stream with the same two and the
# kernel's selftest tcp_mmap: one connection over a veth pair, whole pages in each segment (MTU 4148), receiver on CPU 1,
# sender on CPU 0. PEERS as tests/bench/kit.bash says; prints ratios, saves every figure, and fails where one is below 1
# for sure.
#
#   BUILD=build ROUNDS=10 SECONDS_EACH=2 tests/bench/mmap.sh
# shellcheck source=tests/bench/kit.bash
. "$(dirname "$0")/kit.bash"
ROUNDS=${ROUNDS:-10}
SECONDS_EACH=${SECONDS_EACH:-2}

needs stdbuf
peer neper "https://github.com/google/neper" neper/tcp_stream\|tcp_stream
peer tcp_mmap "tools/testing/selftests/net of the kernel" tcp_mmap
some_peer
two_namespaces "${MTU:-4148}"

# 512 KiB, as tcp_mmap has it.
mmap() {
	zcpath --path mmap --read 512K --cc cubic -- --path zerocopy --cc cubic --msg 512K --write 512K --warmup 0.5 \
		--seconds "$SECONDS_EACH"
	gbits "$work/rx.csv" rx
}

neper() {
	"${in_b[@]}" taskset -c 1 "${at[neper]}" --nolog --rx-zerocopy -B 524288 -l "$SECONDS_EACH" >"$work/server" 2>&1 &
	until_listening 12866
	"${in_a[@]}" taskset -c 0 "${at[neper]}" --nolog -c -H $to --zerocopy --congestion-control cubic -B 524288 -l "$SECONDS_EACH" >"$work/client" 2>&1
	wait $!
	awk -F= '/^throughput=/ { if ($2 > most) most = $2 } END { printf "%.4f\n", most / 1000 }' "$work/server" "$work/client"
}

# It sends 32 GiB, or until it is ended, and its receiver says how fast that was.
tcp_mmap() {
	"${in_b[@]}" taskset -c 1 stdbuf -oL "${at[tcp_mmap]}" -4 -s -z >"$work/server" 2>&1 &
	until_listening 8787
	"${in_a[@]}" timeout "$SECONDS_EACH" taskset -c 0 "${at[tcp_mmap]}" -4 -H $to -z >"$work/client" 2>&1 || :
	for _ in $(seq 100); do
		! grep -q '^received' "$work/server" || break
		sleep 0.02
	done
	kill $!
	wait $! || :
	awk '/^received/ { for (i = 1; i <= NF; i++) if ($i ~ /^Gbit/) printf "%.4f\n", $(i - 1) }' "$work/server"
}

rm -f "$csv"
rounds "$ROUNDS" mapped mmap "${peers[@]}"
ratios Gbit/s mmap "${peers[@]}"
