// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls of the page allocator. What they cost is the component memory of profile. */
#include "bpf/pagealloc.h"
#include "bpf/pagealloc.skel.h"
#include "collectors/list.h"
#include "collectors/kit/tally.h"

static const struct tally_counter rows[] = {
	{PAGEALLOC_ALLOCS, METRIC_pagealloc_allocs, NULL},
	{PAGEALLOC_PAGES, METRIC_pagealloc_pages, NULL},
	{PAGEALLOC_FAILED, METRIC_pagealloc_failed, NULL},
	{PAGEALLOC_FREES, METRIC_pagealloc_frees, NULL},
	{PAGEALLOC_FREED, METRIC_pagealloc_pages_freed, NULL},
};

TALLY_COLLECTOR(pagealloc, "calls of the page allocator, by end and context", .rows = rows,
		.row_count = sizeof(rows) / sizeof(*rows), .tracepoints = true,
		.follows = MEASURE_PAGES);
