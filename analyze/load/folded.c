// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/folded.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/outfile.h"
#include "base/visible.h"

/* "run-1.csv" has "run-1.folded" beside it. */
static FILE *open_beside(const char *path)
{
	size_t len = strlen(path), stem = len - strlen(".csv");
	char name[len + sizeof(".folded")];

	if (len < strlen(".csv") || strcmp(path + stem, ".csv") != 0)
		return NULL;
	snprintf(name, sizeof(name), "%.*s.folded", (int)stem, path);
	return outfile_read(name);
}

/* What one sample of an end is worth: CPU ns per KB of payload; NAN where that is not known. */
static double worth(const struct run *run, enum record_end end)
{
	double period = run_figure(run, METRIC_profile_period, end, NULL);

	/* One clock samples all CPUs of a machine. */
	for (enum record_end other = 0; isnan(period) && other < END_COUNT; other++)
		period = run_figure(run, METRIC_profile_period, other, NULL);
	return period * 1e3 / run_payload(run, end);
}

static bool all_worth(const struct configuration *c)
{
	for (size_t i = 0; i < c->count; i++)
		for (enum record_end end = 0; end < END_COUNT; end++)
			if (!(worth(c->runs[i], end) > 0))
				return false;
	return true;
}

static bool end_of(const char *line, enum record_end *end)
{
	for (*end = 0; *end < END_COUNT; (*end)++) {
		size_t len = strlen(record_end_name[*end]);

		if (!strncmp(line, record_end_name[*end], len) && line[len] == ';')
			return true;
	}
	return false;
}

/* Frames that may be shown, between bytes that no such text holds. */
static const char *keep_frames(struct arena *texts, const char *line, size_t len)
{
	size_t size = len * (VISIBLE_BYTE - 1) + 1, depth = 0;
	char *safe = must_malloc(size);
	const char *kept;

	len = visible_copy(safe, size, line, len);
	for (size_t i = 0; i < len; i++) {
		if (safe[i] != ';')
			continue;
		safe[i] = FOLDED_BETWEEN;
		if (++depth == FOLDED_DEPTH)
			len = i; /* and so the loop ends */
	}
	kept = arena_text(texts, safe, len);
	free(safe);
	return kept;
}

static void take_line(struct folded *f, char *line, const double *factor)
{
	char *space = strrchr(line, ' '), *rest;
	enum record_end end;
	double value;

	if (!space || !end_of(line, &end))
		return;
	value = strtod(space + 1, &rest);
	if (rest == space + 1 || (*rest && *rest != '\n') || !isfinite(value) || value < 0)
		return;
	ARRAY_ADD(f->at, f->count) =
		(struct stack){keep_frames(&f->texts, line, space - line), value * factor[end]};
}

static void take_run(struct folded *f, const struct run *run, bool per_payload)
{
	FILE *in = open_beside(run->path);
	double factor[END_COUNT] = {1, 1, 1};
	char *line = NULL;
	size_t size = 0;

	if (!in)
		return;
	for (enum record_end end = 0; per_payload && end < END_COUNT; end++)
		factor[end] = worth(run, end);
	while (getline(&line, &size, in) > 0)
		take_line(f, line, factor);
	f->runs++;
	free(line);
	fclose(in);
}

static int by_frames(const void *a, const void *b)
{
	return strcmp(((const struct stack *)a)->frames, ((const struct stack *)b)->frames);
}

static void add_up(struct folded *f)
{
	size_t kept = 0;

	ARRAY_SORT(f->at, f->count, by_frames);
	for (size_t i = 0; i < f->count; i++) {
		if (kept && !strcmp(f->at[kept - 1].frames, f->at[i].frames))
			f->at[kept - 1].value += f->at[i].value;
		else
			f->at[kept++] = f->at[i];
	}
	f->count = kept;
}

struct folded folded_of(const struct configuration *c, bool per_payload)
{
	struct folded f = {.unit = "samples"};

	per_payload = per_payload && all_worth(c);
	for (size_t i = 0; i < c->count; i++)
		take_run(&f, c->runs[i], per_payload);
	add_up(&f);
	if (per_payload) {
		f.unit = "ns/KB";
		for (size_t i = 0; i < f.count; i++)
			f.at[i].value /= f.runs;
	}
	return f;
}

size_t folded_frame(const char **at)
{
	const char *begin = *at + (**at == FOLDED_BETWEEN);
	size_t len = strcspn(begin, (const char[]){FOLDED_BETWEEN, '\0'});

	*at = begin;
	return len;
}

void folded_free(struct folded *folded)
{
	free(folded->at);
	arena_free(&folded->texts);
}
