// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of gen_pool (lib/genalloc.c) and the time in them. Where lib/ is built without ftrace, as
 * in packaged kernels, none of its functions can be hooked; the two of net/core/devmem.c that call
 * them, and do little else, can.
 */
#include "bpf/tally.bpf.h"
#include "bpf/genpool.h"

bool untimed; /* set by the collector while something else slows the calls down */

/* On one CPU: a softirq may come between begin and end of a thread's call, but not of another's. */
struct begun {
	__u64 at_ns;
	__u32 tid;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, GENPOOL_ALL *TALLY_CONTEXTS);
	__type(key, __u32);
	__type(value, struct begun);
} begun SEC(".maps");

static __always_inline struct begun *begun_here(__u32 call)
{
	__u32 slot;

	if (!tally_counting())
		return 0;
	slot = call * TALLY_CONTEXTS + tally_context();
	return bpf_map_lookup_elem(&begun, &slot);
}

static __always_inline void begins(__u32 call)
{
	struct begun *b = begun_here(call);

	if (!b)
		return;
	tally_add(tally_here(), GENPOOL_COUNT(call), 1);
	b->tid = current_tid();
	b->at_ns = untimed ? 0 : bpf_ktime_get_ns();
}

/* A thread that was moved to another CPU meanwhile finds nothing of its own there. */
static __always_inline void ends(__u32 call)
{
	struct begun *b = begun_here(call);

	if (!b || b->at_ns < counting || b->tid != current_tid())
		return;
	tally_add(tally_here(), GENPOOL_TIME(call), bpf_ktime_get_ns() - b->at_ns);
	tally_add(tally_here(), GENPOOL_TIMED(call), 1);
	b->at_ns = 0;
}

#define TIMED(name, function, call)                                                                \
	HOOK0(name, function)                                                                      \
	{                                                                                          \
		begins(call);                                                                      \
	}                                                                                          \
	HOOK_RETURN(name##_end, function)                                                          \
	{                                                                                          \
		ends(call);                                                                        \
	}

TIMED(genpool_alloc, gen_pool_alloc_algo_owner, GENPOOL_ALLOC)
TIMED(genpool_free, gen_pool_free_owner, GENPOOL_FREE)
TIMED(genpool_has_addr, gen_pool_has_addr, GENPOOL_HAS_ADDR)
TIMED(genpool_devmem_alloc, net_devmem_alloc_dmabuf, GENPOOL_DEVMEM_ALLOC)
TIMED(genpool_devmem_free, net_devmem_free_dmabuf, GENPOOL_DEVMEM_FREE)

char LICENSE[] SEC("license") = "GPL";
