// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waits for locks of the kernel, by kind and by who wanted the lock.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/locks.h"
#include "bpf/locks.skel.h"
#include "collectors/list.h"
#include "collectors/kit/slices.h"
#include "collectors/kit/symbols.h"
#include "collectors/kit/table.h"
#include "collectors/kit/tally.h"

static const struct tally_counter rows[] = {
	{LOCKS_FULL, METRIC_locks_full, NULL},
};

/* LCB_F_*, include/trace/events/lock.h */
static const char *kind_of(__u32 flags)
{
	static const struct {
		__u32 flag;
		const char *name;
	} kinds[] = {
		{LOCKS_EARLIER, "earlier"}, {1 << 5, "mutex"},	  {1 << 4, "percpu"},
		{1 << 3, "rtmutex"},	    {1 << 0, "spinlock"},
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
	int context;
	struct locks_figures certain, figures; /* of all of the window, in slices */
};

static void add(struct locks_figures *to, const struct locks_figures *f)
{
	to->contentions += f->contentions;
	to->wait_ns += f->wait_ns;
	if (f->longest_ns > to->longest_ns)
		to->longest_ns = f->longest_ns;
}

/* Several stacks lead to one place: how many places there are, each with its sum. 0 or a negative errno. */
static int add_up(const struct locks_bpf *bpf, struct symbols *symbols, struct place *place,
		  size_t *places)
{
	int fd = bpf_map__fd(bpf->maps.places), more;
	struct locks_place key, *before = NULL;
	struct locks_figures f;
	size_t count = 0;

	for (; (more = table_next(fd, before, &key, &f)) > 0; before = &key) {
		struct place *p = &place[count];

		if (count == LOCKS_PLACES)
			continue;
		memset(p, 0, sizeof(*p));
		p->end = key.end;
		p->context = key.context == TALLY_SOFTIRQ ? TALLY_SOFTIRQ : TALLY_TASK;
		snprintf(p->key, sizeof(p->key), "%s/%s/%s", tally_context_name[p->context],
			 kind_of(key.flags), caller_of(symbols, bpf, key.stack));
		for (p = place; p < &place[count]; p++)
			if (p->end == (enum record_end)key.end && !strcmp(p->key, place[count].key))
				break;
		if (p == &place[count])
			count++;
		add(key.sliced ? &p->figures : &p->certain, &f);
	}
	*places = count;
	return more;
}

/*
 * The kernel's names, once for as long as they are of the same window: those that profile has read for it, if it does.
 * Windows are told apart by the id of a map, which the kernel does not give twice; memory is had again.
 */
static struct symbols *names_for(const struct locks_bpf *bpf)
{
	static struct symbols *names;
	static __u32 of;
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);

	bpf_obj_get_info_by_fd(bpf_map__fd(bpf->maps.places), &info, &size);
	if (names && of == info.id)
		return names;
	symbols_free(names);
	names = symbols_new();
	of = info.id;
	return names;
}

static const enum metric_id of_places[] = {METRIC_locks_contentions, METRIC_locks_wait,
					   METRIC_locks_longest};

static void contention(const struct tally *t, struct writer *w)
{
	const struct locks_bpf *bpf = tally_bpf(t);
	struct symbols *symbols = names_for(bpf);
	struct place *place = calloc(LOCKS_PLACES + 1, sizeof(*place));
	size_t count = 0;
	bool read = symbols && place && !bpf->bss->unread;

	if (read) {
		symbols_share_kernel(symbols);
		read = !add_up(bpf, symbols, place, &count);
	}
	tally_histogram(t, w, LOCKS_LENGTH, METRIC_locks_length);
	for (size_t i = 0; !read && i < sizeof(of_places) / sizeof(*of_places); i++)
		writer_absent_metric(w, END_HOST, of_places[i], TABLE_UNREAD);
	for (size_t i = 0; read && i < count; i++) {
		const struct locks_figures *c = &place[i].certain, *f = &place[i].figures;
		struct tally_part waits = {f->contentions, c->contentions, f->contentions,
					   place[i].context, LOCKS_WAITS};
		struct tally_part time = {f->wait_ns, c->wait_ns, f->contentions, place[i].context,
					  LOCKS_WAIT_NS};

		tally_row_part(t, w, place[i].end, METRIC_locks_contentions, place[i].key, waits);
		tally_row_part(t, w, place[i].end, METRIC_locks_wait, place[i].key, time);
		writer_u64(w, WINDOW, place[i].end, METRIC_locks_longest, place[i].key,
			   f->longest_ns > c->longest_ns ? f->longest_ns : c->longest_ns);
	}
	free(place);
}

/* Waits that went on when the slice ended: the programs are gone, or leave alone what is not there. */
static void cut(void *state)
{
	struct locks_bpf *bpf = state;
	int waiting = bpf_map__fd(bpf->maps.waiting), places = bpf_map__fd(bpf->maps.places);
	__u64 since = bpf->bss->since_ns, until = bpf->bss->until_ns;
	struct locks_wait key;
	struct locks_begun b;
	int more, error = 0;

	while (!error && (more = table_next(waiting, NULL, &key, &b)) > 0) {
		struct locks_figures f = {0};
		struct locks_place place = {0};

		error = bpf_map_delete_elem(waiting, &key);
		if (error || b.at_ns >= until) {
			error = error == -ENOENT ? 0 : error; /* it has just ended */
			continue;
		}
		place = (struct locks_place){b.stack,	b.flags,	  b.end,
					     b.context, bpf->bss->sliced, 0};
		error = bpf_map_lookup_elem(places, &place, &f);
		if (error && error != -ENOENT)
			break;
		b.at_ns = until - (b.at_ns > since ? b.at_ns : since);
		f.wait_ns += b.at_ns;
		f.longest_ns = b.at_ns > f.longest_ns ? b.at_ns : f.longest_ns;
		error = bpf_map_update_elem(places, &place, &f, BPF_ANY);
	}
	bpf->bss->unread |= error || more < 0;
}

TALLY_COLLECTOR(locks, "waits for locks of the kernel", .rows = rows,
		.row_count = sizeof(rows) / sizeof(*rows), .tracepoints = true, .rare = true,
		.sliced = &bpf->bss->sliced, .cut = cut, .follows = MEASURE_PACKETS,
		.more = contention);
