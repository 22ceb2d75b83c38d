# SPDX-License-Identifier: GPL-2.0-or-later
# A receiver waits for io_uring completions while its sender is stopped; its CPU is billed for it, and the sender stands still
# for so long.
reading() {
	awk -v tick="$(getconf CLK_TCK)" '$1 == "cpu0" {
		printf "idle %.0f\niowait %.0f\n", $5 * 1e9 / tick, $6 * 1e9 / tick }' /proc/stat
}
stand_still() {
	kill -STOP "$tx"
	# One that waits for a CPU stops when it is given one.
	while grep -qv "[)] T " "/proc/$tx/task/"*/stat; do
		sleep 0.01
	done
	date +%s%N >"$dir/stopped"
	sleep 2
	date +%s%N >>"$dir/stopped"
	kill -CONT "$tx"
}
[ "$(nproc)" -ge 2 ] || absent "needs a CPU for each end of the traffic"
# shellcheck source=tests/port.bash
. tests/port.bash
port=$(free_port)
"$BUILD/zcpath" rx --port "$port" --path uring --cpu 0 >"$dir/rx.csv" 2>"$dir/rx.err" 3>&- &
rx=$!
started+=("$rx")
for _ in $(seq 500); do
	! grep -q listening "$dir/rx.csv" || break
	kill -0 "$rx" || absent "no io_uring here: $(tail -n 1 "$dir/rx.err")"
	sleep 0.01
done
"$BUILD/zcpath" tx --path copy --cpu 1 --to 127.0.0.1 --port "$port" --seconds 20 >"$dir/tx.csv" 2>"$dir/tx.err" 3>&- &
tx=$!
started+=("$tx")
sleep 1
measure --rx "$rx" --tx "$tx" iowait
across stand_still
window=$(awk '$1 == "open" { o = $2 } $1 == "closed" { printf "%.0f\n", ($2 - o) * 1e9 }' "$dir/measure.out")
stood=$(awk 'NR == 1 { from = $1 } NR == 2 { printf "%.0f\n", $1 - from }' "$dir/stopped")
# The kernel counts in ticks; and what else runs on that CPU meanwhile makes it neither idle nor iowait. So it may be billed
# for nothing, and never for more; but while the receiver waits it is idle in no other way.
within "ns in iowait, by /proc/stat" $(($(least iowait) - 30000000)) "$(figure rx iowait io_uring '')" "$window"
within "ns in iowait, by the standstill" $((stood - 500000000)) "$(figure rx iowait io_uring '')" "$window"
within "ns that the CPU was idle and not billed" 0 "$(least idle)" $((window - stood + 200000000))
# Its threads were stopped at once, for as long as the two looks at the clock are apart, or a little more.
within "ns that the sender was stopped" "$stood" "$(figure tx iowait stopped '')" "$window"
same "ns that the receiver was" "$(figure rx iowait stopped '')" 0
same lost "$(figure rx iowait lost '')" 0
