#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zcpath's zero-copy receivers against others', in the lab's machine; 'make bench-lab' calls it, and says
# what they are. Of each group the programs run one after the other, in an order that turns, with the
# same sizes, buffers and CPUs: the receiver and its interrupts on CPU 0; on CPU 1 (TX_CPU) a sender that
# copies nothing, sendfile(2) of 260 KiB, for it is the receiver that is to be measured: the same program for all of
# them, tests/bench/pump. With TX_CPU=0 throughput is what both ends together cost.
#
#   zcrx      zcpath; zcrx.c of liburing's examples; the selftest iou-zcrx, bare
#   verified  zcpath --verify; the selftest iou-zcrx, which looks at every byte; 256 MiB at most
#   devmem    zcpath; the selftest ncdevmem without validation, bare, and as it is, with a 64th of
#             the bytes, for it prints every one of them (here to nowhere)
#
# The time is the sender's, from its first byte until the receiver has closed, or, of zcpath, has said that it has all.
#
# Prints ratios of geometric means with their 95 % interval (Student's t on the logarithms of each
# round's ratios); fails where an interval is below 1. Figures go to $OUT/peers.csv.
#
#   BUILD, PEERS (a folder of these programs), PAIRS (rounds), BYTES, GROUPS_OF (some of the above),
#   RX_OPTIONS (of zcpath's zcrx)
set -eu
BYTES=$(numfmt --from=iec "$BYTES")
WRITE=$((260 << 10)) # a multiple of 26, as iou-zcrx wants it, and of a page
queue=3
TX_CPU=${TX_CPU:-1} RX_OPTIONS=${RX_OPTIONS:-}
rx="ip netns exec rx taskset -c 0"
tx="ip netns exec tx taskset -c $TX_CPU"
work=$(mktemp -d)
csv=$OUT/peers.csv
trap 'rm -rf "$work"' EXIT

# What zcpath does by itself, the others want done before.
ip netns exec rx ethtool -K zcnic0 ntuple on
ip netns exec rx ethtool -X zcnic0 equal $queue
place() { # PORT CPU
	for irq in $(sed -n "s/^ *\([0-9]*\):.* $1-.*/\1/p" /proc/interrupts); do
		echo "$2" >"/proc/irq/$irq/smp_affinity_list"
	done
}
place zcnic0 0
place zcnic1 $TX_CPU
modprobe udmabuf 2>/dev/null || true

# ours OF-PUMP BYTES RX-OPTION...: nanoseconds
ours() {
	local kind=$1 bytes=$2 receiver ns
	: >"$work/rx"
	ip netns exec rx "$BUILD/zcpath" rx --bind 10.9.0.1 --nic zcnic0 --queues $queue --cpu 0 "${@:3}" \
		>"$work/rx" 2>"$work/err" &
	receiver=$!
	until grep -q ,listening, "$work/rx"; do sleep 0.05; done
	ns=$($tx timeout 60 "$BUILD/tests/bench/pump" "$kind" 10.9.0.1 5210 "$bytes" $WRITE 2>"$work/tx") || ns=
	wait $receiver 2>/dev/null || cat "$work/tx" "$work/err" >&2
	# All of it without copy, or it is another race.
	awk -F, -v bytes="$bytes" -v ns="$ns" '$1 == "" && $3 == "path" && $4 == "bytes_zerocopy" { zc = $6 }
		END { if (zc >= bytes * 0.999) print ns }' "$work/rx"
}

is_held() {
	ip netns exec rx "$BUILD/zcprof" doctor zcnic0 --area "zero copy" --format csv |
		grep -q ',queue leases,could be better,'
}

within_10_s() { # COMMAND...
	local end=$((SECONDS + 10))
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "never came true within 10 s: $*" >&2; return 0; }
		sleep 0.05
	done
}
is_free() { ! is_held; }
is_held_or_over() { is_held || ! kill -0 "$1" 2>/dev/null; }

# theirs PORT BYTES COMMAND...: nanoseconds
theirs() {
	local port=$1 bytes=$2 receiver ns rule
	shift 2
	# What the one before has let go of may be held for a moment yet.
	within_10_s is_free
	# The only rule, as zcpath's own is.
	rule=$(ip netns exec rx ethtool -N zcnic0 flow-type tcp4 dst-port "$port" action $queue | grep -o '[0-9]*$')
	$rx "$@" >"$work/out" 2>"$work/err" &
	receiver=$!
	# They listen before they have the queue, and a queue that restarts loses what comes.
	within_10_s is_held_or_over $receiver
	ns=$($tx timeout 60 "$BUILD/tests/bench/pump" 10.9.0.1 "$port" "$bytes" $WRITE 2>"$work/tx") || ns=
	# liburing's example waits for the next connection.
	kill $receiver 2>/dev/null || :
	wait $receiver 2>/dev/null || :
	ip netns exec rx ethtool -N zcnic0 delete "$rule"
	[ -n "$ns" ] || tail -n 3 "$work/out" "$work/err" "$work/tx" >&2
	echo "$ns"
}

zcrx() { ours "$1" "$2" --path zcrx --area 64M --refill 8192 --completions 8192 "${@:3}"; }
run_zcrx() { zcrx --zcpath "$BYTES" $RX_OPTIONS; }
run_liburing() { theirs 5301 "$BYTES" "$PEERS/liburing" -p 5301 -i zcnic0 -q $queue -S $((64 << 20)) -R 8192 -C 8192; }
iou_zcrx() { theirs 5302 "$2" "$PEERS/$1" -s -p 5302 -i zcnic0 -q $queue; }
run_iou_zcrx_bare() { iou_zcrx iou-zcrx-bare "$BYTES"; }

# As much as iou-zcrx has in memory, to compare with.
most=$((256 << 20))
verified=$((BYTES < most ? BYTES : most))
run_iou_zcrx() { iou_zcrx iou-zcrx $verified; }
run_zcrx_verified() { zcrx --verified $verified; }

# 16000 pages, as much for one receive and its messages as ncdevmem has.
run_devmem() { ours --zcpath "$BYTES" --path devmem --memory udmabuf --area 65536000 --read 819200 --control 80000; }
ncdevmem() { # PROGRAM BYTES
	theirs 5303 "$2" "$PEERS/$1" -l -n -s ::ffff:10.9.0.1 -p 5303 -f zcnic0 -t $queue -q 1
}
run_ncdevmem_bare() { ncdevmem ncdevmem-bare "$BYTES"; }
run_ncdevmem() { ncdevmem ncdevmem $((BYTES / 64)); }

bytes_of() {
	case $1 in
	iou_zcrx | zcrx_verified) echo $verified ;;
	ncdevmem) echo $((BYTES / 64)) ;;
	*) echo "$BYTES" ;;
	esac
}

# A round without a figure is a failure, and said; the others count.
compare() { # OURS THEIRS
	awk -F, -v ours="$1" -v theirs="$2" '
		$2 == ours { a[$1] = log($3) }
		$2 == theirs { b[$1] = log($3) }
		END {
			for (r in a)
				if (r in b) {
					d = a[r] - b[r]
					n++; s += d; q += d * d; x += a[r]; y += b[r]
				}
			if (n < 2) { print theirs ": no two rounds with both figures"; exit 1 }
			# The 97.5 % quantile of t, by its expansion in 1/df (Abramowitz and Stegun 26.7.5).
			df = n - 1; z = 1.959964
			t = z + (z^3 + z) / (4 * df) + (5*z^5 + 16*z^3 + 3*z) / (96 * df^2)
			t += (3*z^7 + 19*z^5 + 17*z^3 - 15*z) / (384 * df^3)
			mean = s / n; half = t * sqrt((q - n * mean^2) / (n - 1) / n)
			printf "%-13s zcpath %6.3f, it %6.3f Gbit/s, ratio %.3f, 95 %% interval %.3f to %.3f (%d rounds)\n",
				theirs, exp(x / n), exp(y / n), exp(mean), exp(mean - half), exp(mean + half), n
			exit mean + half < 0
		}' "$csv"
}

failed=0
group() { # OURS PEER...
	local order=("$@") round program ns

	for round in $(seq "$PAIRS"); do
		for program in "${order[@]}"; do
			ns=$("run_$program")
			if [ -n "$ns" ]; then
				awk -v r="$round" -v p="$program" -v b="$(bytes_of "$program")" -v ns="$ns" \
					'BEGIN { printf "%d,%s,%.5f\n", r, p, b * 8 / ns }' | tee -a "$csv" >&2
			else
				echo "round $round: $program did not end well" >&2
				failed=1
			fi
		done
		order=("${order[@]:1}" "${order[0]}")
	done
	for program in "${@:2}"; do
		compare "$1" "$program" || failed=1
	done
}

echo "round,program,gbit_per_s" >"$csv"
for name in ${GROUPS_OF:-zcrx verified devmem}; do
	case $name in
	zcrx) group zcrx liburing iou_zcrx_bare ;;
	verified) group zcrx_verified iou_zcrx ;;
	devmem) group devmem ncdevmem_bare ncdevmem ;;
	esac
done
exit $failed
