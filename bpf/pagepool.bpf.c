// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page_pools of all devices (net/core/page_pool.c). What did the work before a kernel got a new name for
 * it often goes on as a wrapper around that: of each kind the collector loads the innermost alone, so that
 * nothing counts twice.
 */
#include "bpf/tally.bpf.h"
#include "bpf/pagepool.h"

static __always_inline void allocated(void)
{
	tally_add(tally_here(), PAGEPOOL_ALLOCS, 1);
}

/* From 6.13; 6.12; before. */
HOOK0(pagepool_alloc_a, page_pool_alloc_netmems)
{
	allocated();
}

HOOK0(pagepool_alloc_b, page_pool_alloc_netmem)
{
	allocated();
}

HOOK0(pagepool_alloc_c, page_pool_alloc_pages)
{
	allocated();
}

HOOK0(pagepool_slow_a, __page_pool_alloc_netmems_slow)
{
	tally_add(tally_here(), PAGEPOOL_SLOW, 1);
}

HOOK0(pagepool_slow_b, __page_pool_alloc_pages_slow)
{
	tally_add(tally_here(), PAGEPOOL_SLOW, 1);
}

/* NULL: there was nothing in the ring, or only pages of another NUMA node. */
HOOK_RETURN(pagepool_refill, page_pool_refill_alloc_cache)
{
	tally_add(tally_here(), a ? PAGEPOOL_REFILLS : PAGEPOOL_EMPTY, 1);
}

static __always_inline void given_back(bool direct)
{
	struct tally_figures *here = tally_here();

	tally_add(here, PAGEPOOL_PUTS, 1);
	if (direct)
		tally_add(here, PAGEPOOL_PUTS_DIRECT, 1);
}

/* From 6.12; 6.8; 5.18; before. */
HOOK4(pagepool_put_a, page_pool_put_unrefed_netmem)
{
	given_back(d & 1);
}

HOOK4(pagepool_put_b, page_pool_put_unrefed_page)
{
	given_back(d & 1);
}

HOOK4(pagepool_put_c, page_pool_put_defragged_page)
{
	given_back(d & 1);
}

HOOK4(pagepool_put_d, page_pool_put_page)
{
	given_back(d & 1);
}

/* Many at once, which calls none of those: from 6.13; before. */
HOOK2(pagepool_bulk_a, page_pool_put_netmem_bulk)
{
	tally_add(tally_here(), PAGEPOOL_PUTS, (__u32)b);
}

HOOK3(pagepool_bulk_b, page_pool_put_page_bulk)
{
	tally_add(tally_here(), PAGEPOOL_PUTS, (__u32)c);
}

SEC("raw_tracepoint/page_pool_state_hold")
int pagepool_hold(void *ctx)
{
	tally_add(tally_here(), PAGEPOOL_HELD, 1);
	return 0;
}

SEC("raw_tracepoint/page_pool_state_release")
int pagepool_release(void *ctx)
{
	tally_add(tally_here(), PAGEPOOL_RELEASED, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
