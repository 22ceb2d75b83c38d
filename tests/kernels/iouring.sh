# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# A multishot receive of a known number of bytes: as many completions as zcpath itself counts, and one
# end, because the stream ends.
. tests/kernels/veth.sh
veth_pair
measure --exact --rx $$ iouring
across transfer 16M uring
! grep -q "this machine cannot" "$dir/zcrx.err" || absent "$(head -n 1 "$dir/zcrx.err")"
receives=$(awk -F, '$4 == "receive_size" { n += $6 } END { print n }' "$dir/zcrx.csv")
within completions "$receives" "$(total iouring completions)" $((receives + 10 + $(total iouring ended_enobufs)))
same "ends of multishot by end of stream" "$(total iouring ended_eof)" 1
same "other ends" $(($(total iouring ended_other) + $(total iouring ended_enospc))) 0
