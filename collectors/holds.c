// SPDX-License-Identifier: GPL-2.0-or-later
/* How long the locks of the data path are held, by bpf/holds.bpf.c. */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>

#include "bpf/holds.h"
#include "bpf/holds.skel.h"
#include "collectors/list.h"
#include "collectors/kit/table.h"
#include "collectors/kit/tally.h"

/* Each with the program without which it is not seen. */
static const struct {
	const char *name, *program;
} locks[HOLDS_LOCKS] = {
	[HOLDS_SOCKET] = {"socket", "holds_socket_released"},
	[HOLDS_POOL_RING] = {"pool_ring", "holds_spin_bh_let_go"},
	[HOLDS_URING] = {"uring", "holds_mutex_let_go"},
	[HOLDS_ZCRX_REFILL] = {"zcrx_refill", "holds_refill"},
	[HOLDS_DEVMEM_TOKENS] = {"devmem_tokens", "holds_tokens"},
};

static void emit_lock(const struct tally *t, struct writer *w, enum holds_lock lock)
{
	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		for (int context = 0; context < TALLY_CONTEXTS; context++) {
			__u64 count = tally_in(t, end, context, HOLDS_COUNT(lock));
			char key[48];

			if (!count)
				continue;
			snprintf(key, sizeof(key), "%s/%s", locks[lock].name,
				 tally_context_name[context]);
			tally_row(t, w, end, METRIC_holds_holds, key, context, HOLDS_COUNT(lock));
			tally_row(t, w, end, METRIC_holds_time, key, context, HOLDS_TIME(lock));
		}
}

static void emit_lengths(const struct tally *t, struct writer *w, struct holds_lengths *all)
{
	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		for (int lock = 0; lock < HOLDS_LOCKS; lock++) {
			uint64_t buckets[HISTOGRAM_BUCKETS];

			for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
				buckets[i] = tally_scaled(t, all->bucket[end][lock][i]);
			writer_histogram(w, end, METRIC_holds_length, locks[lock].name, buckets);
		}
}

static void more(const struct tally *t, struct writer *w)
{
	const struct holds_bpf *bpf = tally_bpf(t);
	struct holds_lengths *all = malloc(sizeof(*all));
	__u32 zero = 0;

	for (int lock = 0; lock < HOLDS_LOCKS; lock++)
		if (tally_counts(t, locks[lock].program))
			emit_lock(t, w, lock);
	if (all && !bpf_map_lookup_elem(bpf_map__fd(bpf->maps.lengths), &zero, all))
		emit_lengths(t, w, all);
	else
		writer_absent_metric(w, END_HOST, METRIC_holds_length, TABLE_UNREAD);
	free(all);
}

TALLY_COLLECTOR(holds, "how long locks of the data path are held: socket, page_pool, io_uring, zcrx",
		.hooks = true, .follows = MEASURE_PACKETS, .more = more);
