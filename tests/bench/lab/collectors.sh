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
# shellcheck source=tests/bench/kit.bash
. "$(dirname "$0")/../kit.bash"
collect=("$BUILD/tests/tool/collect" ${COLLECT:+"$COLLECT"})
seconds=${SECONDS_EACH:-1}

needs
modprobe veth 2>/dev/null || :
two_namespaces 4148
copy_on

every=$("${collect[0]}" --list | grep -vx selfcost | tr '\n' ' ')
echo "source: ms to open; % of both CPUs by zcprof, by programs; % less moved; slices"
for source in ${SOURCES:-$every all}; do
	[ "$source" != all ] && sources=$source || sources=$every
	for program in "${collect[@]}"; do
		copied_in 0.3
		before=$copied
		# shellcheck disable=SC2086 # a word each
		"$program" --rx $rx --tx $tx --cpus-rx 1 --cpus-tx 0 --iface v0 --apart --seconds "$seconds" $sources selfcost \
			>"$work/rows" 2>"$work/said" &
		tool=$!
		asked=${EPOCHREALTIME/./}
		until_says "$work/said" ^open
		opened=${EPOCHREALTIME/./}
		copied_in "$(awk -v s="$seconds" 'BEGIN { print s * 0.8 }')"
		wait $tool
		awk -F, -v source="$source" -v open_ms=$(((opened - asked) / 1000)) -v before="$before" -v on="$copied" \
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
			}' "$work/rows"
	done
done
