# SPDX-License-Identifier: GPL-2.0-or-later
# A process that spins in one function: its samples are there, and as many as it had CPU time.
reading() {
	awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print "cpu", ($12 + $13) * 1e9 / tick }' "/proc/$pid/stat"
}
spin() {
	echo >&"${to[work]}"
	sleep 2
}
work burn spin_in_user 4
measure --exact --tx "$pid" --sidecar "$dir/run" profile
across spin
in_it=$(awk -F, '$2 == "tx" && $4 == "symbol" && $5 !~ /^idle/ { all += $6; if ($5 ~ /^task;calls;spin_in_user$/) it += $6 }
	END { printf "%d\n", all ? 100 * it / all : -1 }' "$dir/run.csv")
sampled=$(awk -F, '$2 == "tx" && $4 == "component" && $5 ~ /^task/ { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")
missed=$(figure host profile missed '')
within "% of samples in the function" 90 "$in_it" 100
# Samples that the clock did not take are said as missed.
within "ns, by the process's own time" $(($(least cpu) * 9 / 10 - ${missed:-0} * 1000000)) "$sampled" $(($(most cpu) * 11 / 10))
same lost "$(figure host profile lost '')" 0
