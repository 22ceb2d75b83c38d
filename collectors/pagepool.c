// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page_pools: of all devices by context, as programs count them, and those of the ends' devices
 * one by one, as the kernel tells. Either does without the other.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bpf/pagepool.h"
#include "bpf/pagepool.skel.h"
#include "collectors/kit/bpf_means.h"
#include "collectors/list.h"
#include "collectors/kit/pools.h"
#include "collectors/kit/tally.h"

static const struct tally_counter rows[] = {
	{PAGEPOOL_ALLOCS, METRIC_pagepool_allocs, "pagepool_alloc"},
	{PAGEPOOL_SLOW, METRIC_pagepool_slow, "pagepool_slow"},
	{PAGEPOOL_REFILLS, METRIC_pagepool_refills, "pagepool_refill"},
	{PAGEPOOL_EMPTY, METRIC_pagepool_empty, "pagepool_refill"},
	{PAGEPOOL_PUTS, METRIC_pagepool_puts, "pagepool_put"},
	{PAGEPOOL_PUTS_DIRECT, METRIC_pagepool_puts_direct, "pagepool_put"},
	{PAGEPOOL_HELD, METRIC_pagepool_held, NULL},
	{PAGEPOOL_RELEASED, METRIC_pagepool_released, NULL},
};

/* Older names go on as wrappers of newer ones. */
static void choose_innermost(void *state)
{
	static const char *const alloc[] = {"page_pool_alloc_netmems", "page_pool_alloc_netmem",
					    "page_pool_alloc_pages", NULL};
	static const char *const put[] = {
		"page_pool_put_unrefed_netmem", "page_pool_put_unrefed_page",
		"page_pool_put_defragged_page", "page_pool_put_page", NULL};
	static const char *const bulk[] = {"page_pool_put_netmem_bulk", "page_pool_put_page_bulk",
					   NULL};
	const struct pagepool_bpf *bpf = state;

	bpf_means_one_of(bpf->obj, alloc);
	bpf_means_one_of(bpf->obj, put);
	bpf_means_one_of(bpf->obj, bulk);
}

TALLY_OPEN(pagepool, .rows = rows, .row_count = sizeof(rows) / sizeof(*rows), .hooks = true,
	   .tracepoints = true, .rare = true, .follows = MEASURE_PACKETS,
	   .prepare = choose_innermost);

struct state {
	void *tally; /* closed also after a failed open */
	bool tallies;
	struct pools *pools; /* NULL: none is known */
	char means[128];
};

static int open_both(void **state, const struct measurement *run, const char **means, char *why,
		     size_t why_size)
{
	struct state *s = calloc(1, sizeof(*s));
	const char *by_programs = "";
	char no_pools[256];

	*state = s;
	if (!s) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	s->tallies = !pagepool_open(&s->tally, run, &by_programs, why, why_size);
	s->pools = pools_open(run, no_pools, sizeof(no_pools));
	if (!s->tallies && !s->pools)
		return -1;
	snprintf(s->means, sizeof(s->means), "%s%s%s", s->pools ? pools_means(s->pools) : "",
		 s->pools && s->tallies ? ", " : "", by_programs);
	*means = s->means;
	return 0;
}

static int snapshot_both(void *state, enum edge edge)
{
	struct state *s = state;
	int result = s->pools ? pools_read(s->pools, edge) : 0;

	return s->tallies && tally_snapshot(s->tally, edge) ? -1 : result;
}

static void emit_both(void *state, struct writer *w)
{
	struct state *s = state;

	if (s->pools)
		pools_emit(s->pools, w);
	if (s->tallies)
		tally_emit(s->tally, w);
}

static void look_at_both(void *state, struct writer *w)
{
	struct state *s = state;

	if (s->pools && !pools_read(s->pools, EDGE_CLOSE))
		pools_emit(s->pools, w);
	if (s->tallies)
		tally_look(s->tally, w);
}

static void close_both(void *state)
{
	struct state *s = state;

	if (!s)
		return;
	pools_close(s->pools);
	tally_close(s->tally);
	free(s);
}

const struct collector_ops pagepool_collector = {
	.source = "pagepool",
	.what = "page_pool: allocations, recycling, pages from and to the page allocator",
	.open = open_both,
	.snapshot = snapshot_both,
	.emit = emit_both,
	.look = look_at_both,
	.close = close_both,
};
