// SPDX-License-Identifier: GPL-2.0-or-later
/* In which idle state each CPU was, and for how long: a line per CPU, a column per state. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/figures/average.h"
#include "analyze/show/show.h"

struct idle_state {
	const char *name;
	double exit_latency_us;
	size_t order; /* in which they were found */
};

/* What an end's CPUs did, on the average of the runs. */
struct stays {
	struct averages time;
	struct averages none;
	struct averages frequency;
};

/* POLL C1 C1E C6: the shallow first, as the kernel numbers them. */
static int compare_states(const void *a, const void *b)
{
	const struct idle_state *x = a, *y = b;

	if (x->exit_latency_us != y->exit_latency_us)
		return x->exit_latency_us < y->exit_latency_us ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int compare_cpus(const void *a, const void *b)
{
	long x = strtol(((const struct average *)a)->key, NULL, 10);
	long y = strtol(((const struct average *)b)->key, NULL, 10);

	return (x > y) - (x < y);
}

/* Every state that a CPU of any end has. */
static size_t states_of(const struct configuration *c, struct idle_state **states)
{
	size_t count = 0;

	*states = NULL;
	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		struct averages keys = averages_of(c, METRIC_cstate_time, end, MEAN);
		struct averages latency = averages_of(c, METRIC_cstate_exit_latency, end, MEAN);

		for (size_t i = 0; i < keys.count; i++) {
			const char *slash = strchr(keys.at[i].key, '/');
			size_t at = 0;

			while (slash && at < count && strcmp((*states)[at].name, slash + 1))
				at++;
			if (slash && at == count) {
				struct idle_state state = {
					slash + 1, averages_get(&latency, keys.at[i].key),
					strcmp(slash + 1, "POLL") ? count + 1 : 0};

				ARRAY_ADD(*states, count) = state;
			}
		}
		averages_free(&keys);
		averages_free(&latency);
	}
	for (size_t i = 0; i < count; i++)
		if (isnan((*states)[i].exit_latency_us))
			(*states)[i].exit_latency_us = INFINITY;
	ARRAY_SORT(*states, count, compare_states);
	return count;
}

static double time_in(const struct stays *s, const char *cpu, const char *state)
{
	char key[256];

	snprintf(key, sizeof(key), "%s/%s", cpu, state);
	return averages_get(&s->time, key);
}

static void add_cpu(struct table *t, enum record_end end, const struct stays *s,
		    const struct average *none, const struct idle_state *states, size_t count,
		    bool frequency)
{
	double whole = none->value;

	for (size_t i = 0; i < count; i++) {
		double ns = time_in(s, none->key, states[i].name);

		whole += isnan(ns) ? 0 : ns;
	}
	cell_text(t, "%s", record_end_name[end]);
	cell_text(t, "%s", none->key);
	for (size_t i = 0; i < count; i++)
		cell_number(t, 100 * time_in(s, none->key, states[i].name) / whole);
	cell_number(t, 100 * none->value / whole);
	if (frequency)
		cell_number(t, averages_get(&s->frequency, none->key) / 1e6);
}

static void add_columns(struct table *t, const struct idle_state *states, size_t count,
			bool frequency)
{
	table_column(t, "end", "end", "", COLUMN_TEXT, 0);
	table_column(t, "cpu", "CPU", "", COLUMN_TEXT, 0);
	for (size_t i = 0; i < count; i++)
		table_column(t, states[i].name, states[i].name, "%", COLUMN_NUMBER, 1);
	table_column(t, "none", "not idle", "%", COLUMN_NUMBER, 1);
	if (frequency)
		table_column(t, "frequency", "frequency", "GHz", COLUMN_NUMBER, 2);
}

void show_cstate(const struct view *v)
{
	const struct configuration *c = v->configuration;
	struct stays stays[RECORD_ENDS];
	struct idle_state *states;
	size_t count = states_of(c, &states);
	bool frequency = false;
	struct table *t = NULL;

	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		stays[end] = (struct stays){
			.time = averages_of(c, METRIC_cstate_time, end, MEAN),
			.none = averages_of(c, METRIC_cstate_none, end, MEAN),
			.frequency = averages_of(c, METRIC_cpufreq_frequency, end, MEAN),
		};
		frequency = frequency || stays[end].frequency.count;
	}
	if (count) {
		t = page_table(v->page, "cstate", "Each CPU's time by idle state");
		add_columns(t, states, count, frequency);
	} else {
		show_unmeasured(v, "cstate", "Idle states");
	}
	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		struct stays *s = &stays[end];

		ARRAY_SORT(s->none.at, s->none.count, compare_cpus);
		for (size_t i = 0; t && i < s->none.count; i++)
			add_cpu(t, end, s, &s->none.at[i], states, count, frequency);
		averages_free(&s->time);
		averages_free(&s->none);
		averages_free(&s->frequency);
	}
	if (!frequency)
		show_unmeasured(v, "cpufreq", "Frequency");
	free(states);
}
