// SPDX-License-Identifier: GPL-2.0-or-later
/* What was chosen and found, by name; threads, and moments inside the window. */
#include <string.h>

#include "analyze/figures/average.h"
#include "analyze/show/show.h"

/* The key is name/tid, and a tid is of one run only: threads of one name are one line. */
void show_threads(const struct view *v)
{
	const struct configuration *c = v->configuration;
	double window = show_window_ns(v, "cpu");
	struct table *t = NULL;

	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		struct averages threads = averages_of(c, METRIC_cpu_thread, end, MEAN);

		if (threads.count && !t) {
			t = page_table(v->page, "threads", "CPU time of threads by name");
			table_column(t, "end", "end", "", COLUMN_TEXT, 0);
			table_column(t, "thread", "thread", "", COLUMN_TEXT, 0);
			table_column(t, "cpu_percent", "CPU", "%", COLUMN_NUMBER, 2);
		}
		/* Keys are in order, so those of one name stand together. */
		for (size_t i = 0; i < threads.count;) {
			const char *key = threads.at[i].key;
			const char *slash = strrchr(key, '/');
			size_t len = slash ? (size_t)(slash - key) : strlen(key);
			double sum = 0;

			for (; i < threads.count && !strncmp(threads.at[i].key, key, len) &&
			       (threads.at[i].key[len] == '/' || !threads.at[i].key[len]);
			     i++)
				sum += threads.at[i].value;
			cell_text(t, "%s", record_end_name[end]);
			cell_text(t, "%.*s", (int)len, key);
			cell_number(t, 100 * sum / window);
		}
		averages_free(&threads);
	}
	if (!t)
		show_unmeasured(v, "cpu", "CPU time of threads");
}

void show_series(const struct view *v)
{
	const struct configuration *c = v->configuration;
	struct table *t;
	size_t moments = 0;

	for (size_t i = 0; i < c->count; i++)
		moments += c->runs[i]->moment_count;
	if (!moments) {
		page_note(v->page, "The runs have no figures from inside the window.");
		return;
	}
	t = page_table(v->page, "series", "Throughput inside the window");
	table_column(t, "run", "run", "", COLUMN_TEXT, 0);
	table_column(t, "time_s", "time", "s", COLUMN_NUMBER, 3);
	table_column(t, "end", "end", "", COLUMN_TEXT, 0);
	table_column(t, "throughput_gbit_s", "T", "Gbit/s", COLUMN_NUMBER, 2);
	for (size_t i = 0; i < c->count; i++) {
		const struct run *run = c->runs[i];
		const char *slash = strrchr(run->path, '/');
		double before[RECORD_ENDS] = {0};

		for (size_t j = 0; j < run->moment_count; j++) {
			const struct moment *m = &run->moments[j];
			double *since = &before[m->figure.end];

			if (m->figure.id != METRIC_path_bytes || !(m->time_s > *since))
				continue;
			cell_text(t, "%s", slash ? slash + 1 : run->path);
			cell_number(t, m->time_s);
			cell_text(t, "%s", record_end_name[m->figure.end]);
			cell_number(t, 8e-9 * m->figure.value / (m->time_s - *since));
			*since = m->time_s;
		}
	}
}

/* What another run says of the same fact; NULL where none says anything else. */
static const char *other_value(const struct configuration *c, const struct fact *fact)
{
	for (size_t i = 1; i < c->count; i++) {
		const char *value = run_fact(c->runs[i], fact->id, fact->end, fact->key);

		if (!value)
			return "not recorded";
		if (strcmp(value, fact->value))
			return value;
	}
	return NULL;
}

void show_facts(const struct view *v)
{
	const struct configuration *c = v->configuration;
	const struct run *first = c->runs[0];
	struct table *t = page_table(v->page, "facts", NULL);

	table_column(t, "end", "end", "", COLUMN_TEXT, 0);
	table_column(t, "fact", "fact", "", COLUMN_TEXT, 0);
	table_column(t, "key", "key", "", COLUMN_TEXT, 0);
	table_column(t, "value", "value", "", COLUMN_TEXT, 0);
	for (size_t i = 0; i < first->fact_count; i++) {
		const struct fact *fact = &first->facts[i];
		const struct metric_info *info = metric_info(fact->id);
		const char *other;

		if (fact->id == METRIC_path_state)
			continue;
		other = other_value(c, fact);
		cell_text(t, "%s", record_end_name[fact->end]);
		if (!strcmp(info->source, "fact"))
			cell_text(t, "%s", info->name);
		else
			cell_text(t, "%s %s", info->source, info->name);
		cell_text(t, "%s", fact->key);
		if (other)
			cell_text(t, "%s; another run: %s", fact->value, other);
		else
			cell_text(t, "%s", fact->value);
	}
}
