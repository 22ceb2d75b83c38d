// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waits for locks of the kernel, by kind and by who wanted the lock.
 */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/locks.h"
#include "bpf/locks.skel.h"
#include "collectors/list.h"
#include "collectors/kit/slices.h"
#include "collectors/kit/symbols.h"
#include "collectors/kit/tally.h"

static const struct tally_row rows[] = {
	{LOCKS_FULL, METRIC_locks_full, NULL},
};

/* LCB_F_*, include/trace/events/lock.h */
static const char *kind_of(__u32 flags)
{
	static const struct {
		__u32 flag;
		const char *name;
	} kinds[] = {
		{1 << 5, "mutex"},
		{1 << 4, "percpu"},
		{1 << 3, "rtmutex"},
		{1 << 0, "spinlock"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (flags & kinds[i].flag)
			return kinds[i].name;
	return flags & (1 << 1 | 1 << 2) ? "rwsem" : "spinlock";
}

/* The innermost function of a stack that is neither a lock's nor a tracepoint's. */
static const char *caller_of(struct symbols *symbols, const struct locks_bpf *bpf, __s32 stack)
{
	__u64 frames[LOCKS_FRAMES] = {0};

	if (stack < 0 || bpf_map_lookup_elem(bpf_map__fd(bpf->maps.stacks), &stack, frames))
		return "[unknown]";
	for (int i = 0; i < LOCKS_FRAMES && frames[i]; i++) {
		const struct symbol *s = symbols_kernel(symbols, frames[i]);

		if (s->component != COMPONENT_locks && s->component != COMPONENT_tracing &&
		    strncmp(s->name, "bpf_prog_", strlen("bpf_prog_")) != 0)
			return s->name;
	}
	return "[unknown]";
}

struct place {
	char key[96]; /* context/kind/caller */
	enum record_end end;
	struct locks_figures figures;
};

/* Several stacks lead to one place: returns how many places there are, each with its sum. */
static size_t add_up(const struct locks_bpf *bpf, struct symbols *symbols, struct place *place)
{
	int fd = bpf_map__fd(bpf->maps.places);
	struct locks_place key, *before = NULL;
	size_t count = 0;

	for (; !bpf_map_get_next_key(fd, before, &key); before = &key) {
		struct locks_figures f;
		struct place *p = &place[count];

		if (count == LOCKS_PLACES || bpf_map_lookup_elem(fd, &key, &f))
			continue;
		memset(p, 0, sizeof(*p));
		p->end = key.end;
		snprintf(p->key, sizeof(p->key), "%s/%s/%s",
			 key.context == TALLY_SOFTIRQ ? "softirq" : "task", kind_of(key.flags),
			 caller_of(symbols, bpf, key.stack));
		for (p = place; p < &place[count]; p++)
			if (p->end == (enum record_end)key.end && !strcmp(p->key, place[count].key))
				break;
		if (p == &place[count])
			count++;
		p->figures.contentions += f.contentions;
		p->figures.wait_ns += f.wait_ns;
		if (f.longest_ns > p->figures.longest_ns)
			p->figures.longest_ns = f.longest_ns;
	}
	return count;
}

/* The kernel's names, read once for as long as they are of the same window. */
static struct symbols *names_for(const struct locks_bpf *bpf)
{
	static const struct locks_bpf *of;
	static struct symbols *names;

	if (names && of == bpf)
		return names;
	symbols_free(names);
	names = symbols_new();
	of = bpf;
	return names;
}

static void contention(const struct tally *t, struct writer *w)
{
	const struct locks_bpf *bpf = tally_bpf(t);
	struct symbols *symbols = names_for(bpf);
	struct place *place = calloc(LOCKS_PLACES + 1, sizeof(*place));
	size_t count = 0;

	if (symbols && place) {
		symbols_load_kernel(symbols);
		count = add_up(bpf, symbols, place);
	}
	for (size_t i = 0; i < count; i++) {
		const struct locks_figures *f = &place[i].figures;

		writer_u64(w, WINDOW, place[i].end, METRIC_locks_contentions, place[i].key,
			   tally_scaled(t, f->contentions));
		writer_u64(w, WINDOW, place[i].end, METRIC_locks_wait, place[i].key,
			   tally_scaled(t, f->wait_ns));
		writer_u64(w, WINDOW, place[i].end, METRIC_locks_longest, place[i].key,
			   f->longest_ns);
	}
	free(place);
}

TALLY_COLLECTOR(locks, "waits for locks of the kernel", .rows = rows,
		.row_count = sizeof(rows) / sizeof(*rows), .tracepoints = true, .more = contention);
