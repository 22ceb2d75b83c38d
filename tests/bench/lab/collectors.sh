#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What each collector takes, by instructions, in the lab's machine; 'make bench-lab GROUPS_OF=collectors' calls it. One pair of
# zcpaths copies over a veth pair all the time. Of each source in turn, alone and all together: how long it took to open, what
# zcprof and its BPF programs took of the window (of both CPUs), by how much less was moved than in the second before, and the
# instructions of a run of each program (as the kernel's statistics have it: the clock's two readings are in that).
#
# Two emulated CPUs take turns here: one that waits until the other has taken an interrupt, as who changes the kernel's code
# does, spins for a whole turn of it, so that zcprof's own part is larger than on real CPUs. Programs are as they are.
#
#   BUILD, INSTRUCTION_NS (of one, in ns), SOURCES (all), SECONDS_EACH (1), COLLECT (another build's tests/tool/collect beside)
set -euo pipefail
collect=("$BUILD/tests/tool/collect" ${COLLECT:+"$COLLECT"})
seconds=${SECONDS_EACH:-1}
if [ "${1-}" != inside ]; then
	exec unshare --net "$0" inside
fi
dir=$(mktemp -d)
cleanup() {
	jobs -p | xargs -r kill 2>/dev/null || :
	wait
	rm -rf "$dir"
}
trap cleanup EXIT

until_says() { # FILE WORDS
	until grep -q "$2" "$1"; do sleep 0.01; done
}
modprobe veth 2>/dev/null || :
unshare --net sleep infinity &
other=$!
until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
ip link add rx0 mtu 4148 type veth peer name rx0 mtu 4148 netns $other
ip address add 192.0.2.1/24 dev rx0
ip link set rx0 up
nsenter --net=/proc/$other/ns/net sh -c 'ip address add 192.0.2.2/24 dev rx0; ip link set rx0 up'
"$BUILD/zcpath" rx --path copy --bind 192.0.2.1 --cpu 0 --cc cubic >"$dir/rx.csv" &
rx=$!
until_says "$dir/rx.csv" listening
nsenter --net=/proc/$other/ns/net "$BUILD/zcpath" tx --path copy --to 192.0.2.1 --cpu 1 --cc cubic --msg 256K \
	--seconds 86400 >"$dir/tx.csv" &
tx=$!
until_says "$dir/tx.csv" state,,open

# Bytes and the time in us, without a process.
now() {
	local line
	while read -r line; do
		case $line in rx0:*) read -r _ bytes _ <<<"$line" ;; esac
	done </proc/self/net/dev
	us=${EPOCHREALTIME/./}
}
rate() { # SECONDS: bytes per ms
	local from_bytes from_us
	now
	from_bytes=$bytes from_us=$us
	sleep "$1"
	now
	rate=$(((bytes - from_bytes) * 1000 / (us - from_us)))
}

names=$("${collect[0]}" --list | grep -vx selfcost | tr '\n' ' ')
echo "source: ms to open; % of both CPUs by zcprof, by programs; % less moved; slices"
for source in ${SOURCES:-$names all}; do
	[ "$source" != all ] && sources=$source || sources=$names
	for program in "${collect[@]}"; do
		rate 0.3
		before=$rate
		# shellcheck disable=SC2086 # a word each
		"$program" --rx $rx --tx $tx --cpus-rx 0 --cpus-tx 1 --iface rx0 --apart --seconds "$seconds" $sources selfcost \
			>"$dir/rows" 2>"$dir/said" &
		tool=$!
		asked=${EPOCHREALTIME/./}
		until_says "$dir/said" ^open
		opened=${EPOCHREALTIME/./}
		rate "$(awk -v s="$seconds" 'BEGIN { print s * 0.8 }')"
		wait $tool
		awk -F, -v source="$source" -v open_ms=$(((opened - asked) / 1000)) -v before="$before" -v on="$rate" \
			-v window_ns="$(awk -v s="$seconds" 'BEGIN { print s * 1e9 }')" -v ns="${INSTRUCTION_NS:-1}" '
			$3 == "selfcost" && $4 == "cpu" { own = $6 }
			$3 == "selfcost" && $4 == "bpf_run" { run[$5] = $6; programs += $6 }
			$3 == "selfcost" && $4 == "bpf_runs" { runs[$5] = $6 }
			$4 == "slices" && $5 != "selfcost" { slices = slices " " $5 " " $6 }
			END {
				printf "%-10s %6d ms  %6.2f %% %6.2f %%  %6.2f %%%s\n", source, open_ms, own / window_ns * 50,
					programs / window_ns * 50, 100 * (1 - on / before), slices
				for (p in runs)
					if (runs[p] > 0)
						printf "           %-18s %9.0f runs, %6.0f instructions each\n", p, runs[p], run[p] / runs[p] / ns
			}' "$dir/rows"
	done
done
