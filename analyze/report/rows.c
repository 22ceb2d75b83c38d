// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows of a configuration's records, small: {keys: [[end, metric, key]], runs: [{figures, facts,
 * moments}]}. metric is its place in the registry. figures: one text, a figure per key, a blank
 * between two, "-" where the run has none. facts: [[end, metric, key, value]]. moments: one text,
 * "time key figure" a line, key its place in keys.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/report/data.h"
#include "base/memory.h"
#include "page/embed.h"

struct key {
	enum metric_id id;
	enum record_end end;
	const char *key;
};

struct keys {
	struct key *at;
	size_t count;
};

static int by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return strcmp(x->key, y->key);
}

static void add_key(struct keys *keys, const struct figure *f)
{
	ARRAY_ADD(keys->at, keys->count) = (struct key){f->id, f->end, f->key};
}

/* Every key of every run, once. */
static struct keys keys_of(const struct configuration *c)
{
	struct keys keys = {NULL, 0};
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct run *run = c->runs[i];

		for (size_t j = 0; j < run->figure_count; j++)
			add_key(&keys, &run->figures[j]);
		for (size_t j = 0; j < run->moment_count; j++)
			add_key(&keys, &run->moments[j].figure);
	}
	ARRAY_SORT(keys.at, keys.count, by_key);
	for (size_t i = 0; i < keys.count; i++)
		if (!kept || by_key(&keys.at[kept - 1], &keys.at[i]))
			keys.at[kept++] = keys.at[i];
	keys.count = kept;
	return keys;
}

/* The shortest text that is this figure when it is read again. */
static void put_exactly(FILE *out, double value)
{
	char text[32];
	int digits = 15;

	do
		snprintf(text, sizeof(text), "%.*g", digits, value);
	while (digits++ < 17 && strtod(text, NULL) != value);
	fputs(text, out);
}

static json_t *figures_of(const struct run *run, const struct keys *keys)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *made;

	for (size_t i = 0; out && i < keys->count; i++) {
		double value = run_figure(run, keys->at[i].id, keys->at[i].end, keys->at[i].key);

		if (i)
			fputc(' ', out);
		if (isnan(value))
			fputc('-', out);
		else
			put_exactly(out, value);
	}
	if (out)
		fclose(out);
	made = json_stringn(text ? text : "", size);
	free(text);
	return made;
}

static json_t *moments_of(const struct run *run, const struct keys *keys)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *made;

	for (size_t i = 0; out && i < run->moment_count; i++) {
		const struct moment *m = &run->moments[i];
		const struct key wanted = {m->figure.id, m->figure.end, m->figure.key};
		const struct key *found =
			bsearch(&wanted, keys->at, keys->count, sizeof(*keys->at), by_key);

		put_exactly(out, m->time_s);
		fprintf(out, " %td ", found - keys->at);
		put_exactly(out, m->figure.value);
		fputc('\n', out);
	}
	if (out)
		fclose(out);
	made = json_stringn(text ? text : "", size);
	free(text);
	return made;
}

static json_t *facts_of(const struct run *run)
{
	json_t *facts = json_array();

	for (size_t i = 0; i < run->fact_count; i++) {
		const struct fact *f = &run->facts[i];

		json_array_append_new(facts, json_pack("[i, i, o, o]", f->end, f->id,
						       script_text(f->key), script_text(f->value)));
	}
	return facts;
}

json_t *data_rows(const struct configuration *c)
{
	struct keys keys = keys_of(c);
	json_t *named = json_array(), *runs = json_array();

	for (size_t i = 0; i < keys.count; i++)
		json_array_append_new(named, json_pack("[i, i, o]", keys.at[i].end, keys.at[i].id,
						       script_text(keys.at[i].key)));
	for (size_t i = 0; i < c->count; i++)
		json_array_append_new(runs, json_pack("{s: o, s: o, s: o}", "figures",
						      figures_of(c->runs[i], &keys), "facts",
						      facts_of(c->runs[i]), "moments",
						      moments_of(c->runs[i], &keys)));
	free(keys.at);
	return json_pack("{s: o, s: o}", "keys", named, "runs", runs);
}
