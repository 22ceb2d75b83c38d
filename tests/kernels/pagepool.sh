# SPDX-License-Identifier: GPL-2.0-or-later
# page_pool: veth with an XDP program copies every packet into pages of a pool, whose statistics
# 'ethtool -S' shows (CONFIG_PAGE_POOL_STATS): all of its calls are seen, but for those of page_pool.c
# to itself that are inlined there.

known_work() {
	modprobe -q veth
	command -v ethtool >/dev/null || { verdict absent "ethtool is not installed"; return; }
	clang -O2 -target bpf -c -x c -o "$dir/pass.o" - <<-'END'
		__attribute__((section("xdp"), used)) int pass(void *ctx) { return 2; }
		char gpl[] __attribute__((section("license"), used)) = "GPL";
	END
	veth_pair
	ip link set dev zcrx0 xdpdrv obj "$dir/pass.o" sec xdp || { verdict absent "this kernel's veth takes no XDP program"; return; }
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

pools() {
	ethtool -S zcrx0 | awk '/pp_/ { sub(":", "", $1); n[$1] += $2 } END { for (k in n) print k, n[k] }'
}
grown() {
	awk -v want="$1" 'FNR == NR { before[$1] = $2; next } $1 ~ want { n += $2 - before[$1] } END { print n + 0 }' \
		"$dir/before" "$dir/after"
}
