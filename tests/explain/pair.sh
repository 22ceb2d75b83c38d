#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One fault on a veth pair of its own: some runs before, some after, what zcroi says of them.
#
#   BUILD=build tests/explain/pair.sh FAULT DIRECTORY
#   tests/explain/pair.sh FAULT                         what a right answer names
#
# A fault is a file beside this one, FAULT.sh; or, of a file that says ends="rx tx", FAULT_rx and FAULT_tx:
#
#   expected      what a right answer names
#   where         host or lab
#   needs         programs, or nothing
#   default_size  of the fault; SIZE of the environment is another
#   inject, undo  functions, with in_rx and in_tx for the ends' namespaces, and $RX_DEVICE, $TX_DEVICE,
#                 $RX_CPU, $TX_CPU, $END and its $CPU, and spin, tap and stop below; either may be missing
#   options       of zcprof run, before and after the fault
#   options_after those that are the fault: an array, as options is
#   prepare       what has to stand before either: function
#
# RUNS (5) and SECONDS_EACH (1) of the environment are how many and how long; APART=yes has all runs with the
# fault after all without, where they take turns else; COLLECT is a list of collectors.
set -eu

fault=$1
out=${2-}
name=explain-$$
RX_DEVICE=exr$$
TX_DEVICE=ext$$
RX_CPU=0
TX_CPU=1

in_rx() {
	ip netns exec "$name-rx" "$@"
}

in_tx() {
	ip netns exec "$name-tx" "$@"
}

clean() {
	[ -z "${injected-}" ] || undo || :
	ip netns del "$name-rx" 2>/dev/null || :
	ip netns del "$name-tx" 2>/dev/null || :
}

# measure SET RUN OPTION…: one run, to $out/SET/run-RUN.csv
measure() {
	local set=$1 run=$2
	shift 2
	"$BUILD/zcprof" run --link "netns:$name-rx,$name-tx" --rx-cpu $RX_CPU --tx-cpu $TX_CPU \
		--cc cubic --seconds "${SECONDS_EACH:-1}" --warmup 0.3 --repeat 1 \
		${COLLECT:+--collect "$COLLECT"} -o "$out/one" "$@"
	mkdir -p "$out/$set"
	mv "$out"/one/*/run-1.csv "$out/$set/run-$run.csv"
	rm -r "$out/one"
}

before() {
	measure before "$1" "${options[@]}"
}

after() {
	injected=yes
	inject
	measure after "$1" "${options[@]}" "${options_after[@]}"
	undo
	injected=
}

# spin CPU PERCENT: a real-time task that takes so much of a CPU, in turns of 10 ms; its id is in $faulty
spin() {
	chrt -f 10 taskset -c "$1" python3 - "$2" <<-'END' &
		import sys, time
		percent = float(sys.argv[1])
		while True:
		    until = time.monotonic() + percent / 1e4
		    while time.monotonic() < until:
		        pass
		    time.sleep((100 - percent) / 1e4)
	END
	faulty=$!
}

# tap END COUNT: at rx or tx, so many packet sockets that nobody reads
tap() {
	ip netns exec "$name-$1" python3 - "$2" <<-'END' &
		import socket, sys, time
		taps = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
		        for i in range(int(sys.argv[1]))]
		time.sleep(600)
	END
	faulty=$!
	sleep 0.3
}

# stop: what spin or tap began
stop() {
	kill "$faulty"
	wait "$faulty" || :
}

prepare() {
	:
}

inject() {
	:
}

undo() {
	:
}

options=()
options_after=()
expected=none
END=rx
if [ ! -e "$(dirname "$0")/$fault.sh" ]; then
	END=${fault##*_}
	fault=${fault%_*}
fi
# shellcheck disable=SC2034 # faults read it
[ "$END" = rx ] && CPU=$RX_CPU || CPU=$TX_CPU

# Once for its default size, and once with its size, which its options may name.
SIZE=${SIZE-}
# shellcheck source=/dev/null
. "$(dirname "$0")/$fault.sh"
SIZE=${SIZE:-$default_size}
# shellcheck source=/dev/null
. "$(dirname "$0")/$fault.sh"
if [ -z "$out" ]; then
	echo "$expected"
	exit
fi
for program in ${needs-}; do
	command -v "$program" >/dev/null || {
		echo "$fault needs $program" >&2
		exit 3
	}
done
trap clean EXIT
ip netns add "$name-rx"
ip netns add "$name-tx"
ip -n "$name-rx" link add "$RX_DEVICE" type veth peer name "$TX_DEVICE" netns "$name-tx"
ip -n "$name-rx" addr add 10.7.7.1/24 dev "$RX_DEVICE"
ip -n "$name-tx" addr add 10.7.7.2/24 dev "$TX_DEVICE"
ip -n "$name-rx" link set "$RX_DEVICE" up
ip -n "$name-tx" link set "$TX_DEVICE" up
prepare
for run in $(seq "${RUNS:-5}"); do
	before "$run"
	[ -n "${APART-}" ] || after "$run"
done
[ -z "${APART-}" ] || for run in $(seq "${RUNS:-5}"); do
	after "$run"
done
"$BUILD/zcroi" diff "$out/before" "$out/after" >"$out/diff"
"$BUILD/zcroi" explain "$out/before" "$out/after" >"$out/explain"
echo "expected   ${expected-}"
sed '/^$/q' "$out/diff" "$out/explain"
