# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A receiver waits for io_uring completions while its sender is stopped; its CPU is billed for it.
reading() {
	awk -v tick="$(getconf CLK_TCK)" '$1 == "cpu0" { print "iowait", $6 * 1e9 / tick; print "idle", $5 * 1e9 / tick }' /proc/stat
}
stand_still() {
	kill -STOP "$tx"
	sleep 2
	read_now standing
	kill -CONT "$tx"
}
[ "$(nproc)" -ge 2 ] || absent "needs a CPU for each end of the traffic"
"$BUILD/zcpath" rx --path uring --cpu 0 >"$dir/rx.csv" 2>"$dir/rx.err" 3>&- &
rx=$!
started+=("$rx")
for _ in $(seq 500); do
	! grep -q listening "$dir/rx.csv" || break
	kill -0 "$rx" || absent "no io_uring here: $(tail -n 1 "$dir/rx.err")"
	sleep 0.01
done
"$BUILD/zcpath" tx --path copy --cpu 1 --to 127.0.0.1 --seconds 20 >"$dir/tx.csv" 2>"$dir/tx.err" 3>&- &
tx=$!
started+=("$tx")
sleep 1
measure --rx "$rx" --tx "$tx" iowait
across stand_still
waited=$(figure rx iowait io_uring '')
billed=$(grown iowait after_open standing)
if [ "$billed" = 0 ] && [ "$(grown idle after_open standing)" -gt 1500000000 ]; then
	same "ns in iowait, where the kernel bills such waits as idle" "$waited" 0
else
	within "ns in iowait, by /proc/stat" $((billed - 30000000)) "$waited" $((billed + 600000000))
fi
same lost "$(figure rx iowait lost '')" 0
