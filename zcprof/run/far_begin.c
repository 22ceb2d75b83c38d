// SPDX-License-Identifier: GPL-2.0-or-later
/* What the hosts are asked to begin a run: its ends and its sources. */
#include "zcprof/run/far_within.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* As many as far_begin() has add() for, and twice those of an end. */
#define VALUES_MAX 24
#define VALUE_MAX  4096

struct request {
	char text[VALUES_MAX][VALUE_MAX];
	char *words[VALUES_MAX + 1];
	size_t count;
	bool cut; /* some of it did not fit */
};

__attribute__((format(printf, 2, 3))) static void add(struct request *q, const char *format, ...)
{
	va_list args;

	if (q->count == VALUES_MAX) {
		q->cut = true;
		return;
	}
	va_start(args, format);
	if (vsnprintf(q->text[q->count], VALUE_MAX, format, args) >= VALUE_MAX)
		q->cut = true;
	va_end(args);
	q->words[q->count] = q->text[q->count];
	q->words[++q->count] = NULL;
}

static void add_end(struct request *q, const struct configuration *c, enum record_end side)
{
	const char *name = record_end_name[side];
	const char *cpus = configuration_cpus(c, side);

	add(q, "end=%s", name);
	if (cpus && *cpus)
		add(q, "%s-cpu=%s", name, cpus);
	if (c->value[side][OPTION_irq_cpu] && *c->value[side][OPTION_irq_cpu])
		add(q, "%s-irq-cpu=%s", name, c->value[side][OPTION_irq_cpu]);
}

enum run_result far_begin(struct running *r)
{
	const struct settings *s = r->x->settings;

	for (int i = 0; i < 2; i++) {
		struct host *h = far_host(r->x, i);
		struct request *q;

		if (!h)
			continue;
		q = calloc(1, sizeof(*q));
		if (!q)
			return run_fail(r, "no memory left to ask %s", host_name(h));
		add(q, "run");
		for (enum record_end side = END_RX; side <= END_TX; side++)
			if (r->x->host[side] == h)
				add_end(q, r->configuration, side);
		add(q, "address=%s", r->x->address);
		add(q, "port=%u", r->part.run.data_port);
		if (r->part.run.seconds > 0)
			add(q, "seconds=%g", r->part.run.seconds);
		if (s->collect)
			add(q, "collect=%s", s->collect);
		if (s->no_collect)
			add(q, "no-collect=%s", s->no_collect);
		if (s->exact)
			add(q, "exact=yes");
		if (s->live)
			add(q, "watched=yes");
		if (s->origin.unnamed)
			add(q, "unnamed=yes");
		if (r->slot->control)
			add(q, "control=yes");
		/* What is cut would be another experiment there. */
		if (q->cut) {
			free(q);
			return run_fail(r, "%s: cannot be asked for options of more than %d bytes",
					host_name(h), VALUE_MAX - 1);
		}
		host_ask(h, q->words);
		free(q);
		if (host_gone(h))
			return far_lost(r, h);
	}
	for (int i = 0; i < 2; i++) {
		const struct host *h = far_host(r->x, i);

		if (h && host_version(h) && far_apart(r->x))
			writer_fact(r->writer, far_machine(r->x, far_side(r->x, h)),
				    METRIC_fact_program, NULL, host_version(h));
	}
	return far_await(r, "ready to begin");
}
