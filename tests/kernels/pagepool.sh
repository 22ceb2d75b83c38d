# SPDX-License-Identifier: GPL-2.0-or-later
# page_pool: veth with an XDP program copies every packet into pages of a pool, whose statistics
# 'ethtool -S' shows (CONFIG_PAGE_POOL_STATS): all of its calls are seen, but for those of page_pool.c
# to itself that are inlined there.

known_work() {
	veth_pool || return 0
	collecting pagepool
	pools >"$dir/before"
	transfer 64M
	pools >"$dir/after"
	collected
	if ! grep -q alloc_fast "$dir/after"; then
		verdict absent "loads, but veth has no page_pool statistics here, so there is nothing to compare with"
		return
	fi
	compare slow "$(total pagepool slow)" "$(grown alloc_slow$)"
	compare refills "$(total pagepool refills)" "$(grown alloc_refill)"
	near allocs "$(total pagepool allocs)" $(($(grown alloc_fast) + $(grown alloc_slow$) + $(grown alloc_refill)))
	near puts "$(total pagepool puts)" $(($(grown recycle_cached) + $(grown recycle_cache_full) +
		$(grown recycle_ring$) + $(grown recycle_ring_full)))
}
