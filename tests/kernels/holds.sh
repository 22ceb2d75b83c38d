# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# The producer lock of a page_pool's ring is held once for each page that is put there, or that finds
# it full, which the kernel counts itself (CONFIG_PAGE_POOL_STATS). The socket lock is held once for
# each receive, and by whatever else owns the socket.
. tests/kernels/veth.sh
veth_pool
reading() { pools; }
measure --exact --rx $$ holds
across transfer 64M
receives=$(awk -F, '$4 == "calls" && $5 == "recvfrom" { print $6 }' "$dir/zcrx.csv")
within "holds of sockets, for $receives receives" "$receives" "$(total holds holds socket/task)" 1000000
if grep -q recycle_ring "$dir/after_close"; then
	holds=$(($(total holds holds pool_ring/task) + $(total holds holds pool_ring/softirq)))
	ring=$(($(most recycle_ring) + $(most recycle_ring_full)))
	within "holds of the page_pool's ring" $((ring * 99 / 100)) "$holds" $((ring * 101 / 100))
	lengths=$(awk -F, '$4 == "length" && $5 ~ /^pool_ring:/ { n += $6 } END { printf "%.0f\n", n }' "$dir/run.csv")
	same "those in the histogram" "$lengths" "$holds"
fi
