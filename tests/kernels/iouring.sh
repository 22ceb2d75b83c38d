# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# A multishot receive of a known number of bytes: as many completions as zcpath itself counts, and one
# end, because the stream ends. And a queue of zcrx that two processes share, by two rings each.
. tests/kernels/veth.sh
veth_pair
measure --exact --rx $$ iouring
rings=0
work_of_both() {
	transfer 16M uring
	if "$tool/zcrx_share" 2 2 4000000; then
		rings=4
	else
		[ $? = 3 ]
	fi
}
across work_of_both
! grep -q "this machine cannot" "$dir/zcrx.err" || absent "$(head -n 1 "$dir/zcrx.err")"
receives=$(awk -F, '$4 == "receive_size" { n += $6 } END { printf "%.0f\n", n }' "$dir/zcrx.csv")
within completions "$receives" "$(total iouring completions)" $((receives + 10 + rings + $(total iouring ended_enobufs)))
same "ends of multishot by end of stream" "$(total iouring ended_eof)" $((1 + rings))
same "other ends" $(($(total iouring ended_other) + $(total iouring ended_enospc))) 0
[ $rings = 0 ] || same "rings of a shared queue" "$(total iouring zcrx_rings nodev)" 4
[ $rings = 0 ] || same "processes" "$(total iouring zcrx_processes nodev)" 2
