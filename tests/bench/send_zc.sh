#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sends per second of zcpath against programs that do the same: liburing's examples/send-zerocopy and the kernel's
# selftest io_uring_zerocopy_tx. UDP goes to a device that drops it, so that the senders alone are compared; TCP goes
# over a veth pair to a receiver that throws it away (MSG_TRUNC). Of each mode (zc: fixed buffers, zero copy; plain:
# zero copy of any memory; copy) and size a ratio. The others let sends of a stream overtake each other where the socket
# is full, and so does zcpath here (--unlinked); beside it sends that keep their order, linked, and of copy as bundles. PEERS as tests/bench/kit.bash says; saves every figure, and fails where a ratio
# is below 1 for sure.
#
#   PEERS=~/peers ROUNDS=6 SECONDS_EACH=1 SIZES="600 4000" MODES="zc plain copy" OVER="udp tcp" tests/bench/send_zc.sh
# shellcheck source=tests/bench/kit.bash
. "$(dirname "$0")/kit.bash"
ROUNDS=${ROUNDS:-6}
SECONDS_EACH=${SECONDS_EACH:-1}
SIZES=${SIZES:-600 4000}
MODES=${MODES:-zc plain copy}
OVER=${OVER:-udp tcp}

needs
peer send_zerocopy "https://github.com/axboe/liburing, examples" send-zerocopy
peer zc_tx "tools/testing/selftests/net of the kernel" io_uring_zerocopy_tx\|zc_tx
some_peer
two_namespaces 9000
# A bridge without ports drops what it is given, as a dummy device does, which not every kernel has.
ip -n $a link add sink type dummy 2>/dev/null || ip -n $a link add sink type bridge
ip -n $a link set sink up mtu 9000
ip -n $a addr add 10.99.1.1/24 dev sink
ip -n $a neigh add 10.99.1.2 lladdr 02:00:00:00:00:01 dev sink nud permanent

# WHAT is OVER-MODE-SIZE.
by_zcpath() { # WHAT OPTION-OVER-TCP...
	local over mode size by=(--path send_zc) for_rx=() what

	IFS=- read -r over mode size <<<"$1"
	[ "$mode" != plain ] || by+=(--plain-buffers)
	[ "$mode" != copy ] || by=(--path uring)
	what=(--away 10.99.1.2 --udp "$size")
	[ "$over" = udp ] || { for_rx=(--trunc) && what=(--msg "$size" --write "$size" --cc cubic "${@:2}"); }
	zcpath "${for_rx[@]}" -- "${what[@]}" "${by[@]}" --depth 8 --warmup 0.2 --seconds "$SECONDS_EACH"
	per_second "$work/tx.csv" tx bytes | awk -v size="$size" '{ printf "%.0f\n", $1 / size }'
}

ours() { by_zcpath "$1" --unlinked; }
linked() { by_zcpath "$1"; }
bundles() { by_zcpath "$1" --send-bundles; }

# Their receiver, with which TCP is thrown away.
sink() { # RUNTIME
	"${in_b[@]}" taskset -c 1 "${at[send_zerocopy]}" -4 -p 9000 -D $to -t "$1" -R tcp >"$work/server" 2>&1 &
	until_listening 9000
}

# Both go on for 0.2 s longer than they are told. Over TCP a send may take less than all of it: there bytes count.
whole_sends() { # OVER SIZE
	sed -n 's/.*\(packets\|tx\)=\([0-9]*\) (MB=\([0-9]*\)).*/\2 \3/p' "$work/client" | awk -v s="$SECONDS_EACH" -v over="$1" \
		-v size="$2" '{ printf "%.0f\n", (over == "udp" ? $1 : $2 * 1048576 / size) / (s + 0.2) }'
}

send_zerocopy() {
	local over mode size by=(-z1 -b1) where=10.99.1.2

	IFS=- read -r over mode size <<<"$1"
	[ "$mode" != plain ] || by=(-z1 -b0)
	[ "$mode" != copy ] || by=(-z0 -b0)
	[ "$over" = udp ] || { sink $((SECONDS_EACH + 1)) && where=$to; }
	"${in_a[@]}" taskset -c 0 "${at[send_zerocopy]}" -4 -D "$where" -p 9000 -s "$size" -n 8 -t "$SECONDS_EACH" "${by[@]}" \
		"$over" >"$work/client" 2>&1
	[ "$over" = udp ] || wait $! || :
	whole_sends "$over" "$size"
}

zc_tx() {
	local over mode size how=2 where=10.99.1.2

	IFS=- read -r over mode size <<<"$1"
	[ "$mode" != plain ] || how=1
	[ "$mode" != copy ] || how=0
	[ "$over" = udp ] || { sink $((SECONDS_EACH + 1)) && where=$to; }
	"${in_a[@]}" taskset -c 0 "${at[zc_tx]}" -4 -D "$where" -p 9000 -s "$size" -n 8 -t "$SECONDS_EACH" -m $how "$over" \
		>"$work/client" 2>&1
	[ "$over" = udp ] || wait $! || :
	whole_sends "$over" "$size"
}

rm -f "$csv"
for over in $OVER; do
	for mode in $MODES; do
		in_order=()
		[ "$over" = udp ] || in_order=(linked)
		[ "$over-$mode" != tcp-copy ] || in_order+=(bundles)
		for size in $SIZES; do
			rounds "$ROUNDS" "$over-$mode-$size" ours "${in_order[@]}" "${peers[@]}"
		done
	done
done
instructions send
failed=0
ratios sends/s ours "${peers[@]}" || failed=1
if [[ " $OVER " = *" tcp "* ]]; then
	# What order costs is no failure.
	for kept in linked bundles; do
		ratios sends/s $kept "${peers[@]}" | grep -v "no two rounds" || :
	done
fi
exit $failed
