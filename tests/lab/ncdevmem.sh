#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ncdevmem.sh NCDEVMEM BARE
#
# In the lab's machine: zcpath's receiver of device memory against that of the kernel's selftests, as
# it is (without validation it prints every byte, here to nowhere) and bare of all copying and
# printing. Each receives on CPU 1 what a sender on CPU 0 copies into its socket, with the same
# buffers, one after the other, in an order that turns. Prints ratios of geometric means with their
# 95 % interval (Student's t on the logarithms of each round's ratios), and fails where an interval is below 1.
#
#   PAIRS    rounds (6)
#   BYTES    of zcpath and BARE a transfer (256 MiB); NCDEVMEM, which is slow, takes a sixteenth
set -eu
ncdevmem=$1 bare=$2
PAIRS=${PAIRS:-6}
BYTES=$(numfmt --from=iec "${BYTES:-256M}")
work=$(mktemp -d)
port=5300
csv=${OUT:-$work}/ncdevmem.csv

rx() { # COMMAND...
	taskset -c 1 ip netns exec rx "$@"
}

run_zcpath() {
	# 16000 pages, as much for one receive and its messages.
	rx "$BUILD/zcpath" rx --bind 10.9.0.1 --port $port --path devmem --nic zcnic0 --queues 3 --area 65536000 \
		--read 819200 --control 80000 --cpu 1 >"$work/rx.csv" 2>/dev/null &
	until grep -q ,listening, "$work/rx.csv"; do sleep 0.1; done
	ip netns exec tx "$BUILD/zcpath" tx --to 10.9.0.1 --port $port --cpu 0 --msg 256K --write 256K --bytes "$BYTES" >"$work/tx.csv" 2>/dev/null
	wait $!
	awk -F, '$1 == "" && $3 == "path" && $4 == "bytes_zerocopy" { bytes = $6 }
		$4 == "window_ns" { ns = $6 } END { printf "%.5f\n", bytes * 8 / ns }' "$work/rx.csv"
}

peer() { # PROGRAM BYTES
	rx "$1" -l -s ::ffff:10.9.0.1 -p $port -f zcnic0 -t 3 -q 1 >/dev/null 2>&1 &
	# It has no other way to say that it is there.
	until [ -n "$(ip netns exec rx ss -Hltn "sport = :$port")" ]; do sleep 0.1; done
	ip netns exec tx taskset -c 0 python3 - $port "$2" <<-'END'
		import os, socket, sys, time
		left, block = int(sys.argv[2]), os.urandom(256 << 10)
		s = socket.create_connection(("10.9.0.1", int(sys.argv[1])))
		begin = time.monotonic()
		for i in range(left // len(block)):
		    s.sendall(block)
		s.shutdown(socket.SHUT_WR)
		while s.recv(4096):
		    pass
		print("%.5f" % (left * 8 / 1e9 / (time.monotonic() - begin)))
	END
	wait $! || :
}

run_ncdevmem() {
	peer "$ncdevmem" $((BYTES / 16))
}

run_bare() {
	peer "$bare" "$BYTES"
}

echo round,program,gbit_per_s >"$csv"
order=(zcpath bare ncdevmem)
for round in $(seq "$PAIRS"); do
	for program in "${order[@]}"; do
		port=$((port + 2))
		echo "$round,$program,$(run_$program)" | tee -a "$csv"
	done
	order=("${order[@]:1}" "${order[0]}")
done

for peer in bare ncdevmem; do
	awk -F, -v peer=$peer '
		NR > 1 { x[$1, $2] = log($3); if ($1 > n) n = $1 }
		END {
			# The 97.5 % quantile of t, by its expansion in 1/df (Abramowitz and Stegun 26.7.5).
			df = n - 1; z = 1.959964
			t = z + (z^3 + z) / (4 * df) + (5*z^5 + 16*z^3 + 3*z) / (96 * df^2)
			t += (3*z^7 + 19*z^5 + 17*z^3 - 15*z) / (384 * df^3)
			for (i = 1; i <= n; i++) {
				d = x[i, "zcpath"] - x[i, peer]
				s += d; q += d * d
				a += x[i, "zcpath"]; b += x[i, peer]
			}
			mean = s / n; half = t * sqrt((q - n * mean^2) / (n - 1) / n)
			printf "zcpath %.3f, %s %.3f Gbit/s (geometric means of %d rounds): ", exp(a / n), peer, exp(b / n), n
			printf "ratio %.3f, 95 %% interval %.3f to %.3f\n", exp(mean), exp(mean - half), exp(mean + half)
			exit mean + half < 0
		}' "$csv"
done
