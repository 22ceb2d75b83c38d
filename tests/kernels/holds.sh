# SPDX-License-Identifier: GPL-2.0-or-later
# The producer lock of a page_pool's ring is held once for each page that is put there, or that finds
# it full, which the kernel counts itself (CONFIG_PAGE_POOL_STATS). The socket lock is held once for
# each receive, and by whatever else owns the socket.
known_work() {
	veth_pool || return 0
	collecting holds
	pools >"$dir/before"
	transfer 64M
	pools >"$dir/after"
	collected
	between "holds of sockets, for the receives" "$(total holds holds socket/task)" \
		"$(awk -F, '$4 == "calls" && $5 == "recvfrom" { print $6 }' "$dir/zcrx.csv")" 1000000
	if ! grep -q recycle_ring "$dir/after"; then
		verdict absent "veth has no page_pool statistics here, so there is nothing to compare holds of a ring's lock with"
		return
	fi
	holds=$(($(total holds holds pool_ring/task) + $(total holds holds pool_ring/softirq)))
	near "holds of the page_pool's ring" "$holds" $(($(grown recycle_ring$) + $(grown recycle_ring_full)))
	lengths=$(awk -F, '$4 == "length" && $5 ~ /^pool_ring:/ { n += $6 } END { print n }' "$dir/rows")
	compare "those in the histogram" "$lengths" "$holds"
}
