# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# page_pool: veth with an XDP program copies every packet into pages of a pool, whose statistics
# 'ethtool -S' shows (CONFIG_PAGE_POOL_STATS): all of its calls are seen, but for those of page_pool.c
# to itself that are inlined there.
. tests/kernels/veth.sh
veth_pool
reading() { pools; }
measure --exact --rx $$ pagepool
across transfer 64M
grep -q alloc_fast "$dir/after_close" ||
	absent "loads, but veth has no page_pool statistics here, so there is nothing to compare with"
near() { # WHAT OURS THEIRS
	within "$1" $(($3 * 99 / 100)) "$2" $(($3 * 101 / 100))
}
same slow "$(total pagepool slow)" "$(most alloc_slow)"
same refills "$(total pagepool refills)" "$(most alloc_refill)"
near allocs "$(total pagepool allocs)" $(($(most alloc_fast) + $(most alloc_slow) + $(most alloc_refill)))
near puts "$(total pagepool puts)" $(($(most recycle_cached) + $(most recycle_cache_full) +
	$(most recycle_ring) + $(most recycle_ring_full)))
