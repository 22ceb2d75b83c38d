# SPDX-License-Identifier: GPL-2.0-or-later
# A multishot receive of a known number of bytes: as many completions as zcpath itself counts, and one
# end, because the stream ends.
known_work() {
	modprobe -q veth
	veth_pair
	collecting iouring
	transfer 16M uring
	collected
	if grep -q "this machine cannot" "$dir/zcrx.err"; then
		verdict absent "$(head -n 1 "$dir/zcrx.err")"
		return
	fi
	compare "ends of multishot by end of stream, of $(total iouring completions) completions," "$(total iouring ended_eof)" 1
	compare "other ends" $(($(total iouring ended_other) + $(total iouring ended_enospc))) 0
	receives=$(awk -F, '$4 == "receive_size" { n += $6 } END { print n }' "$dir/zcrx.csv")
	between "completions" "$(total iouring completions)" "$receives" $((receives + 10 + $(total iouring ended_enobufs)))
}
