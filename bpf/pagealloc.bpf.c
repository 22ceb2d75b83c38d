// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of the page allocator, by its tracepoints (include/trace/events/kmem.h). A page is seen to
 * be freed twice where it is freed in a batch: first as mm_page_free_batched and then, by the same
 * call, as mm_page_free; so the latter alone is counted.
 */
#include "bpf/tally.bpf.h"
#include "bpf/pagealloc.h"

SEC("raw_tracepoint/mm_page_alloc")
int pagealloc_alloc(struct bpf_raw_tracepoint_args *ctx)
{
	struct tally_figures *here = tally_here();
	__u32 order = ctx->args[1];

	tally_add(here, ctx->args[0] ? PAGEALLOC_ALLOCS : PAGEALLOC_FAILED, 1);
	if (ctx->args[0])
		tally_add(here, PAGEALLOC_PAGES, 1ULL << (order & 15));
	return 0;
}

SEC("raw_tracepoint/mm_page_free")
int pagealloc_free(struct bpf_raw_tracepoint_args *ctx)
{
	struct tally_figures *here = tally_here();
	__u32 order = ctx->args[1];

	tally_add(here, PAGEALLOC_FREES, 1);
	tally_add(here, PAGEALLOC_FREED, 1ULL << (order & 15));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
