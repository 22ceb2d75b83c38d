# SPDX-License-Identifier: GPL-2.0-or-later
# A connection with traffic, and what ss says of the same socket.
command -v ss >/dev/null || absent "ss is not installed (iproute2)"
reading() {
	ss -Htinp | awk -v "pid=pid=$tx," '/^[A-Z]/ { ours = index($0, pid) } ours && /segs_out:/ {
		for (i = 1; i <= NF; i++) { split($i, f, ":"); v[f[1]] = f[2] }
		if (v["segs_out"] > best) { best = v["segs_out"]; mss = v["mss"] } }
		END { print "segs_out", best; print "mss", mss }'
}
# shellcheck source=tests/port.bash
. tests/port.bash
port=$(free_port)
"$BUILD/zcpath" rx --port "$port" --path copy --cpu 0 >"$dir/rx.csv" 2>"$dir/rx.err" 3>&- &
rx=$!
started+=("$rx")
for _ in $(seq 500); do
	! grep -q listening "$dir/rx.csv" || break
	sleep 0.01
done
"$BUILD/zcpath" tx --path copy --cpu 1 --to 127.0.0.1 --port "$port" --seconds 100 >"$dir/tx.csv" 2>"$dir/tx.err" 3>&- &
tx=$!
started+=("$tx")
for _ in $(seq 1000); do
	! grep -q 'state,,open' "$dir/tx.csv" || break
	sleep 0.01
done
measure --rx "$rx" --tx "$tx" tcp
across sleep 1
# The control connection is a flow too, with few segments.
read -r segments flow < <(awk -F, '$2 == "tx" && $4 == "segments_out" { print $6, $5 }' "$dir/run.csv" | sort -n | tail -n 1)
within segments "$(least segs_out)" "$segments" "$(most segs_out)"
same mss "$(figure tx tcp mss "$flow")" "$(awk '$1 == "mss" { print $2 }' "$dir/after_close")"
