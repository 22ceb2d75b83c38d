# shellcheck shell=bash disable=SC2154,SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
# page_pool: veth with an XDP program copies every packet into pages of a pool, whose statistics
# 'ethtool -S' shows (CONFIG_PAGE_POOL_STATS): all of its calls are seen, but for those of page_pool.c
# to itself that are inlined there. Pools that netdev netlink tells of are the lab's devices': what
# those count is what the programs counted, which see no other pool meanwhile.
. tests/kernels/veth.sh
near() { # WHAT OURS THEIRS
	within "$1" $(($3 * 99 / 100)) "$2" $(($3 * 101 / 100))
}

if nic_pair; then
	# shellcheck disable=SC2046 # a word each
	"$tool/collect" --seconds 0.1 --rx $$ $(zcrx0) pagepool >"$dir/run.csv"
	inflight=$(total pagepool pool_inflight)
	# shellcheck disable=SC2046
	measure --exact --rx $$ $(zcrx0) pagepool
	traffic() {
		frames 10000
		sleep 0.5
	}
	across traffic
	if grep -q pool_alloc_slow "$dir/run.csv"; then
		allocs=$(total pagepool allocs)
		same "the devices': slow" "$(total pagepool pool_alloc_slow)" "$(total pagepool slow)"
		same refills "$(total pagepool pool_alloc_refill)" "$(total pagepool refills)"
		same "in flight" "$(total pagepool pool_inflight)" \
			$((inflight + $(total pagepool held) - $(total pagepool released)))
		near allocs $(($(total pagepool pool_alloc_fast) + $(total pagepool pool_alloc_slow) +
			$(total pagepool pool_alloc_refill))) "$allocs"
		near "pages per GB" "$(total pagepool pages_per_gb)" $((allocs * 1000000000 / 10000 / 60))
	fi
	cleanup
	stays=
fi

veth_pool
reading() { pools; }
measure --exact --rx $$ pagepool
across transfer 64M
grep -q alloc_fast "$dir/after_close" ||
	absent "loads, but veth has no page_pool statistics here, so there is nothing to compare with"
same slow "$(total pagepool slow)" "$(most alloc_slow)"
same refills "$(total pagepool refills)" "$(most alloc_refill)"
near allocs "$(total pagepool allocs)" $(($(most alloc_fast) + $(most alloc_slow) + $(most alloc_refill)))
near puts "$(total pagepool puts)" $(($(most recycle_cached) + $(most recycle_cache_full) +
	$(most recycle_ring) + $(most recycle_ring_full)))
