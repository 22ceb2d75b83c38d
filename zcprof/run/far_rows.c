// SPDX-License-Identifier: GPL-2.0-or-later
/* What the hosts say in a run: rows for its record, how an end went, warnings. */
#include "zcprof/run/far_within.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/visible.h"

/* How an end went, as end_ending() has the words for it. */
static void take_ended(struct end *end, const struct row *row)
{
	char status[16];

	snprintf(status, sizeof(status), "%.*s", (int)(row->key.len < 15 ? row->key.len : 15),
		 row->key.at);
	end->status = (int)strtol(status, NULL, 10) & 0xffff;
	end->finished = true;
	end->said_len = visible_undo(end->said, sizeof(end->said), row->value.at, row->value.len);
}

/* What only the experiment knows. */
static bool is_of_experiment(enum metric_id id, enum record_end machine)
{
	switch (id) {
	case METRIC_agent_metric:
	case METRIC_fact_record_version:
	case METRIC_fact_program:
	case METRIC_fact_configuration:
	case METRIC_fact_repeat:
	case METRIC_fact_started:
	case METRIC_fact_order:
	case METRIC_fact_seed:
		return true;
	/* Of two ends on one machine the record's own name is that of whoever ran it. */
	case METRIC_fact_host:
		return machine == END_HOST;
	default:
		return false;
	}
}

/*
 * What a source has so far, for whoever watches, its facts too: it comes again, whole, when the window has closed. Until
 * then all else that comes is what ends say that move data, and answers.
 */
static bool is_look(const struct running *r, const struct host *h, const struct row *row)
{
	static const char *const others[] = {"path", "agent"};
	const char *source = metric_info(row->id)->source;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strcmp(source, others[i]))
			return false;
	return r->looking[far_host(r->x, 0) == h ? 0 : 1] && host_owes(h);
}

static void on_row(void *data, struct host *h, const struct row *row)
{
	struct running *r = data;
	struct row own = *row;

	if (is_look(r, h, row)) {
		if (row->end == END_HOST)
			own.end = far_machine(r->x, far_side(r->x, h));
		if (row->end == END_HOST || r->x->host[row->end] == h)
			r->on_look(r, &own);
		return;
	}
	if (row->end == END_HOST) {
		own.end = far_machine(r->x, far_side(r->x, h));
		if (row->id == METRIC_collector_absent && r->on_absent)
			r->on_absent(r, &own);
		if (!is_of_experiment(row->id, own.end))
			writer_row(r->writer, &own);
		return;
	}
	/* An agent speaks of the ends that it runs. */
	if (r->x->host[row->end] != h)
		return;
	if (row->id == METRIC_agent_ended) {
		take_ended(&r->part.end[row->end], row);
		return;
	}
	end_note(&r->part.end[row->end], row);
	run_take(r, row->end, row);
}

static void on_warning(void *data, struct host *h, const char *text)
{
	struct running *r = data;
	char line[1600];

	snprintf(line, sizeof(line), "%s: %s", host_name(h), text);
	once_warning(&r->x->once, line);
}

struct host_hears far_hears(struct running *r)
{
	return (struct host_hears){on_row, on_warning, r};
}

enum run_result far_lost(struct running *r, struct host *h)
{
	enum record_end machine = far_machine(r->x, far_side(r->x, h));
	char why[1000];

	snprintf(why, sizeof(why), "the host was lost in this run: %s", host_gone(h));
	writer_absent(r->writer, machine, "all", why);
	return run_fail(r, "%s: %s", host_name(h), host_gone(h));
}
