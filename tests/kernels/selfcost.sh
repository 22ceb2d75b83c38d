# SPDX-License-Identifier: GPL-2.0-or-later
# A program that runs once for each call: as often as another source counts calls of one process, and
# what else makes calls meanwhile. It is measured in a few short slices, in which the process may not
# have run much. Its calls are few: the kernel patches its own code at the edges of each slice, and
# emulated CPUs that run that code all the time may never get out of it.
wait_often() {
	for _ in $(seq 400); do
		read -r -t 0.01 _ <>"$dir/work.in" || :
	done
}
measure --tx "$BASHPID" syscalls selfcost
across wait_often
runs=$(awk -F, '$4 == "bpf_runs" { print $6 }' "$dir/run.csv" | sort -g | tail -n 1)
calls=$(awk -F, '$2 == "tx" && $4 == "calls" { n += $6 } END { print n }' "$dir/run.csv")
within "runs of one program for $calls calls" $((calls / 2)) "$runs" $((calls * 10))
within "ns of zcprof's own CPU time" 1000 "$(figure host selfcost cpu '')" 4000000000
