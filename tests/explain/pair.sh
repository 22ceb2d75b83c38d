#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One fault: some runs before, some after, what zcroi says of them. On a veth pair of its own; or, of a fault
# that says where=lab, on the two ports of the software NIC, in the lab's machine (tools/bench-explain starts it).
#
#   BUILD=build tests/explain/pair.sh FAULT DIRECTORY
#   tests/explain/pair.sh FAULT                         what a right answer names
#
# A fault is a file beside this one, FAULT.sh; or, of a file that says ends="rx tx", FAULT_rx and FAULT_tx, and so with
# other words:
#
#   expected      what a right answer names
#   where         host or lab
#   kernels       of the lab's machine without the fault and with it, where it is the kernel that differs, or the words
#                 that it is given: 7.2 7.2,mitigations=auto
#   collect       in the lab, where starting a source takes long: those beside the few that all have, with a comma before
#                 each
#   needs         programs, or nothing
#   default_size  of the fault; SIZE of the environment is another
#   inject, undo  functions, with in_rx and in_tx for the ends' namespaces, and $RX_DEVICE, $TX_DEVICE,
#                 $RX_CPU, $TX_CPU, $END and its $CPU, and spin, tap, stop, drop, keep, wrapper and preload below; either
#                 may be missing
#   command       in front of zcprof run: an array; inject may give it words
#   of_streams    what of zcprof run is for streams only, and has no meaning otherwise
#   options       of zcprof run, before and after the fault
#   options_after those that are the fault: an array, as options is
#   prepare       what has to stand before either: function
#   apart         yes: not in turns, whatever APART is
#
# RUNS (5) and SECONDS_EACH (1) of the environment are how many and how long; APART=yes has all runs with the
# fault after all without, where they take turns else; SETS=before or SETS=after has only these; COLLECT is a list
# of collectors.
set -eu
# shellcheck source=tools/attended
. "$(dirname "$0")/../../tools/attended"

fault=$1
out=${2-}
RX_NETNS=explain-$$-rx
TX_NETNS=explain-$$-tx
RX_DEVICE=exr$$
TX_DEVICE=ext$$
RX_CPU=0
TX_CPU=1

in_rx() {
	ip netns exec "$RX_NETNS" "$@"
}

in_tx() {
	ip netns exec "$TX_NETNS" "$@"
}

clean() {
	local file
	[ -z "${injected-}" ] || undo || :
	if [ "$where" = lab ]; then
		for file in /sys/kernel/debug/zcnic/zcnic.0/rx*/*; do
			echo 0 >"$file"
		done
		echo 0 >/proc/sys/vm/nr_hugepages
		in_tx ethtool -A "$TX_DEVICE" autoneg off rx on 2>/dev/null || :
		return
	fi
	ip netns del "$RX_NETNS" 2>/dev/null || :
	ip netns del "$TX_NETNS" 2>/dev/null || :
}

veth() {
	ip netns add "$RX_NETNS"
	ip netns add "$TX_NETNS"
	ip -n "$RX_NETNS" link add "$RX_DEVICE" type veth peer name "$TX_DEVICE" netns "$TX_NETNS"
	ip -n "$RX_NETNS" addr add 10.7.7.1/24 dev "$RX_DEVICE"
	ip -n "$TX_NETNS" addr add 10.7.7.2/24 dev "$TX_DEVICE"
	ip -n "$RX_NETNS" link set "$RX_DEVICE" up
	ip -n "$TX_NETNS" link set "$TX_DEVICE" up
	# What a run learned of the path is not for the next one.
	in_tx sh -c 'echo 1 >/proc/sys/net/ipv4/tcp_no_metrics_save'
}

# queue FAULT VALUE: of each receiving queue of the software NIC (lab/zcnic/faults.c)
queue() {
	local file
	for file in /sys/kernel/debug/zcnic/zcnic.0/rx*/"$1"; do
		echo "$2" >"$file"
	done
}

# bound FAULT VALUE: of the queue that --rx-queues 1 names, and of no other: what moves from that into this one is lost to
# who has no memory of a device
bound() {
	echo "$2" >"/sys/kernel/debug/zcnic/zcnic.0/rx1/$1"
}

# measure SET RUN OPTION…: one run, to $out/SET/run-RUN.csv. Runs that take turns are rounds of one experiment: they say
# the same seed, and which round they are of.
measure() {
	local set=$1 run=$2
	shift 2
	attended "${command[@]}" "$BUILD/zcprof" run --zcpath "$zcpath" --link "netns:$RX_NETNS,$TX_NETNS" --rx-cpu $RX_CPU --tx-cpu $TX_CPU \
		"${of_streams[@]}" --seconds "${SECONDS_EACH:-1}" --warmup 0.3 --repeat 1 \
		"${command_options[@]}" ${COLLECT:+--collect "$COLLECT"} ${turns:+--seed $$} -o "$out/one" "$@"
	mkdir -p "$out/$set"
	sed "${turns:+s/^,host,fact,repeat,,1,/,host,fact,repeat,,$run,/}" "$out"/one/*/run-1.csv >"$out/$set/run-$run.csv"
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

each() {
	for run in $(seq "${RUNS:-5}"); do
		"$1" "$run"
	done
}

# spin CPU PERCENT: a real-time task that takes so much of a CPU, in turns of 10 ms; its id is in $faulty
spin() {
	mine chrt -f 10 taskset -c "$1" python3 - "$2" <<-'END' &
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
	local netns=$RX_NETNS
	[ "$1" = rx ] || netns=$TX_NETNS
	mine ip netns exec "$netns" python3 - "$2" <<-'END' &
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

# drop MATCH...: the receiver's firewall drops what of TCP this matches, until keep
drop() {
	in_rx nft -f - <<-END
		add table inet explain
		add chain inet explain in { type filter hook input priority 0; }
		add rule inet explain in meta l4proto tcp $* counter drop
	END
}

keep() {
	in_rx nft delete table inet explain
}

# wrapper WORD...: the ends are started by these words; preload SOURCE [OPTION...]: with the library in front that gcc makes
# of it
wrapper() {
	zcpath=$out/wrapped
	printf '#!/bin/sh\nexec %s "$@"\n' "${*@Q} $BUILD/zcpath" >"$zcpath"
	chmod +x "$zcpath"
}

preload() {
	[ -e "$out/between.so" ] || gcc -O1 -shared -fPIC "${@:2}" -o "$out/between.so" "$1" -ldl
	wrapper env "LD_PRELOAD=$out/between.so"
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

zcpath=$BUILD/zcpath
command=()
of_streams=(--cc cubic)
command_options=()
options=()
options_after=()
expected=none
where=host
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
if [ "$where" = lab ]; then
	RX_NETNS=rx TX_NETNS=tx RX_DEVICE=zcnic0 TX_DEVICE=zcnic1
	COLLECT=cpu,tcp,nic,softnet${collect-}
	# Interrupts come where the end is, whatever queue its flow falls on; and so that a second has a thousand samples.
	command_options=(--rx-irq-cpu "$RX_CPU" --tx-irq-cpu "$TX_CPU" --exact)
	in_rx true || {
		echo "$fault needs the lab's machine: tools/bench-explain starts it" >&2
		exit 3
	}
fi
[ "$where" = lab ] || apart "$0" "$@"
trap clean EXIT
[ "$where" = lab ] || veth
prepare
turns=
[ -z "${APART:-${apart-}}" ] || apart=apart
case ${SETS:-${apart-}} in
'')
	turns=yes
	# Who comes first takes turns too.
	for run in $(seq "${RUNS:-5}"); do
		[ $((run % 2)) = 0 ] || before "$run"
		after "$run"
		[ $((run % 2)) = 1 ] || before "$run"
	done
	;;
apart)
	each before
	each after
	;;
*) each "$SETS" ;;
esac
[ "$where" = host ] || exit 0
"$BUILD/zcroi" diff "$out/before" "$out/after" >"$out/diff"
"$BUILD/zcroi" explain "$out/before" "$out/after" >"$out/explain"
echo "expected   ${expected-}"
sed '/^$/q' "$out/diff" "$out/explain"
