// SPDX-License-Identifier: GPL-2.0-or-later
/* The page_pools of all devices, by context. */
#include "bpf/pagepool.h"
#include "bpf/pagepool.skel.h"
#include "collectors/bpf_means.h"
#include "collectors/list.h"
#include "collectors/tally.h"

static const struct tally_row rows[] = {
	{PAGEPOOL_ALLOCS, METRIC_pagepool_allocs, "pagepool_alloc"},
	{PAGEPOOL_SLOW, METRIC_pagepool_slow, "pagepool_slow"},
	{PAGEPOOL_REFILLS, METRIC_pagepool_refills, "pagepool_refill"},
	{PAGEPOOL_EMPTY, METRIC_pagepool_empty, "pagepool_refill"},
	{PAGEPOOL_PUTS, METRIC_pagepool_puts, "pagepool_put"},
	{PAGEPOOL_PUTS_DIRECT, METRIC_pagepool_puts_direct, "pagepool_put"},
	{PAGEPOOL_HELD, METRIC_pagepool_held, NULL},
	{PAGEPOOL_RELEASED, METRIC_pagepool_released, NULL},
};

/* page_pool_alloc_pages() calls the newer names where there are any: one of them is enough. */
static void choose_alloc(void *state)
{
	struct pagepool_bpf *bpf = state;
	bool have_a = bpf_means_reaches(MEANS_KPROBE, "page_pool_alloc_netmems");
	bool have_b = bpf_means_reaches(MEANS_KPROBE, "page_pool_alloc_netmem");

	if (have_a || have_b) {
		bpf_program__set_autoload(bpf->progs.pagepool_alloc_c_fentry, false);
		bpf_program__set_autoload(bpf->progs.pagepool_alloc_c_kprobe, false);
	}
}

TALLY_COLLECTOR(pagepool, "page_pool: allocations, recycling, pages from and to the page allocator",
		.rows = rows, .row_count = sizeof(rows) / sizeof(*rows), .hooks = true,
		.tracepoints = true, .prepare = choose_alloc);
