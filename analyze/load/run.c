// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/load/consistency.h"
#include "base/say.h"
#include "record/reader.h"

/* CPU 2 before CPU 10, and a histogram's edges in their order. */
static int by_key(const struct figure *a, const struct figure *b)
{
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	if (a->end != b->end)
		return a->end < b->end ? -1 : 1;
	return strverscmp(a->key, b->key);
}

static int compare_figures(const void *a, const void *b)
{
	return by_key(a, b);
}

static void add_row(struct run *run, const struct row *row, enum run_keep keep)
{
	struct figure figure = {row->id, row->end, "", row->number};

	run->apart |= row->end >= END_COUNT;
	if (row->time_s != WINDOW && keep == KEEP_WINDOW)
		return;
	if (row->key.len)
		figure.key = arena_text(&run->texts, row->key.at, row->key.len);

	if (metric_info(row->id)->kind == KIND_FACT)
		ARRAY_ADD(run->facts, run->fact_count) =
			(struct fact){row->id, row->end, figure.key,
				      arena_text(&run->texts, row->value.at, row->value.len)};
	else if (row->time_s == WINDOW)
		ARRAY_ADD(run->figures, run->figure_count) = figure;
	else
		ARRAY_ADD(run->moments, run->moment_count) = (struct moment){row->time_s, figure};
}

static bool is_part(const char *path)
{
	size_t len = strlen(path);

	return len > strlen(".part") && !strcmp(path + len - strlen(".part"), ".part");
}

static void warn_twice(const struct run *run)
{
	size_t twice = 0;

	for (size_t i = 1; i < run->figure_count; i++)
		twice += !by_key(&run->figures[i - 1], &run->figures[i]);
	if (twice)
		say_warning("%s: %zu figures stand there twice, and which one counts is chance; 'zcroi check' names them",
			    run->path, twice);
}

static void add_contradiction(void *data, const char *sentence)
{
	struct run *run = data;

	ARRAY_ADD(run->contradictions, run->contradiction_count) =
		arena_text(&run->texts, sentence, strlen(sentence));
}

struct run *run_load(const char *path, enum run_keep keep)
{
	struct consistency consistency = {0};
	struct reader *reader = reader_open(path);
	struct run *run;
	struct row row;
	int got;

	if (!reader)
		return NULL;
	run = must_calloc(1, sizeof(*run));
	run->path = must_malloc(strlen(path) + 1);
	strcpy(run->path, path);
	while ((got = reader_next(reader, &row)) == 1) {
		fingerprint_row(&run->fingerprint, &row);
		add_row(run, &row, keep);
		consistency_row(&consistency, &row);
	}
	/* A run that was killed leaves what it had, and whoever asks for that by name gets it. */
	if (got < 0 && is_part(path)) {
		say_warning("%s; what came before is all there is", reader_error(reader));
		got = 0;
	}
	if (got < 0) {
		say_error("%s", reader_error(reader));
		run_free(run);
		run = NULL;
	} else {
		ARRAY_SORT(run->figures, run->figure_count, compare_figures);
		warn_twice(run);
		older_mend(run);
		consistency_each(&consistency, add_contradiction, run);
	}
	consistency_free(&consistency);
	reader_close(reader);
	return run;
}

void run_free(struct run *run)
{
	if (!run)
		return;
	arena_free(&run->texts);
	free(run->figures);
	free(run->facts);
	free(run->moments);
	free(run->contradictions);
	free(run->path);
	free(run);
}

/* The first figure that does not come before the one asked for. */
static size_t lower_bound(const struct run *run, const struct figure *wanted)
{
	size_t low = 0;
	size_t high = run->figure_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_key(&run->figures[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

double run_figure(const struct run *run, enum metric_id id, enum record_end end, const char *key)
{
	struct figure wanted = {id, end, key ? key : "", 0};
	size_t at = lower_bound(run, &wanted);

	if (at < run->figure_count && !by_key(&run->figures[at], &wanted))
		return run->figures[at].value;
	return NAN;
}

struct figures run_range(const struct run *run, enum metric_id id, enum record_end end)
{
	struct figure wanted = {id, end, "", 0};
	size_t first = lower_bound(run, &wanted);
	size_t past = first;

	while (past < run->figure_count && run->figures[past].id == id &&
	       run->figures[past].end == end)
		past++;
	return (struct figures){past > first ? &run->figures[first] : NULL, past - first};
}

double run_payload(const struct run *run, enum record_end end)
{
	double bytes = run_figure(run, METRIC_path_bytes, end_side(end), NULL);

	for (enum record_end other = END_RX; isnan(bytes) && other <= END_TX; other++)
		bytes = run_figure(run, METRIC_path_bytes, other, NULL);
	return bytes > 0 ? bytes : NAN;
}

enum record_end run_machine(const struct run *run, enum record_end end)
{
	return run->apart ? end_machine(end) : END_HOST;
}

double run_window_ns(const struct run *run, enum record_end end)
{
	double ns = run_figure(run, METRIC_path_window_ns, end == END_HOST ? END_RX : end_side(end),
			       NULL);

	return ns > 0 ? ns : NAN;
}

double run_sum(const struct run *run, enum metric_id id, enum record_end end)
{
	struct figures range = run_range(run, id, end);
	double sum = 0;

	for (size_t i = 0; i < range.count; i++)
		sum += range.at[i].value;
	return range.count ? sum : NAN;
}

double run_error(const struct run *run, enum metric_id id, enum record_end end, const char *key,
		 double *slices)
{
	const struct metric_info *info = metric_info(id);
	double count =
		run_figure(run, METRIC_collector_slices, run_machine(run, end), info->source);
	char name[1024];

	*slices = isnan(count) ? 0 : count;
	if (isnan(count) || info->kind != KIND_TOTAL)
		return 0;
	snprintf(name, sizeof(name), "%s/%s%s%s", info->source, info->name, key && *key ? "/" : "",
		 key ? key : "");
	return run_figure(run, METRIC_collector_error, end, name);
}

double run_ratio_error(const struct run *run, enum metric_id id, enum metric_id by,
		       enum record_end end, double *slices)
{
	const struct metric_info *of = metric_info(id), *per = metric_info(by);
	char name[256];

	if (strcmp(of->source, per->source) != 0)
		return NAN;
	*slices = run_figure(run, METRIC_collector_slices, run_machine(run, end), of->source);
	snprintf(name, sizeof(name), "%s/%s by %s", of->source, of->name, per->name);
	return run_figure(run, METRIC_collector_ratio_error, end, name);
}

#define FEATURE "feature "

/* Older records have no row of a feature that is off and cannot be on; nor has a kernel that does not know it. */
static bool is_off(const struct run *run, enum record_end end, const char *key)
{
	if (strncmp(key, FEATURE, strlen(FEATURE)) != 0)
		return false;
	for (size_t i = 0; i < run->fact_count; i++)
		if (run->facts[i].id == METRIC_fact_nic && run->facts[i].end == end &&
		    !strncmp(run->facts[i].key, FEATURE, strlen(FEATURE)))
			return true;
	return false;
}

const char *run_fact(const struct run *run, enum metric_id id, enum record_end end, const char *key)
{
	for (size_t i = 0; i < run->fact_count; i++) {
		const struct fact *fact = &run->facts[i];

		if (fact->id == id && fact->end == end && !strcmp(fact->key, key ? key : ""))
			return fact->value;
	}
	return id == METRIC_fact_nic && key && is_off(run, end, key) ? "off" : NULL;
}

const char *run_host(const struct run *run)
{
	const char *name = run_fact(run, METRIC_fact_host, END_HOST, NULL);

	return name ? name : run_fact(run, METRIC_fact_host, END_HOST, "boot");
}

bool run_attached(const struct run *run)
{
	return run_fact(run, METRIC_fact_attached, END_RX, NULL) ||
	       run_fact(run, METRIC_fact_attached, END_TX, NULL);
}

const char *run_label(const struct run *run, const char *name)
{
	const char *value = run_fact(run, METRIC_fact_label, END_HOST, name);
	enum metric_id id = metric_find("fact", strlen("fact"), name, strlen(name));

	if (value || id == METRIC_NONE)
		return value;
	return id == METRIC_fact_host ? run_host(run) : run_fact(run, id, END_HOST, NULL);
}

const struct fact *run_refusal(const struct run *run)
{
	for (size_t i = 0; i < run->fact_count; i++)
		if (run->facts[i].id == METRIC_fact_refused)
			return &run->facts[i];
	return NULL;
}

const char *run_absent(const struct run *run, enum record_end end, const char *source)
{
	const char *reason = run_fact(run, METRIC_collector_absent, end, source);

	return reason ? reason
		      : run_fact(run, METRIC_collector_absent, run_machine(run, end), source);
}

const char *run_absent_metric(const struct run *run, enum record_end end, enum metric_id id)
{
	const struct metric_info *info = metric_info(id);
	const char *reason = run_absent(run, end, info->source);
	char part[64];

	snprintf(part, sizeof(part), "%s/%s", info->source, info->name);
	return reason ? reason : run_absent(run, end, part);
}

static const char *means_of(const struct run *run, enum record_end end, const char *source)
{
	const char *means = run_fact(run, METRIC_collector_means, end, source);

	return means ? means : run_fact(run, METRIC_collector_means, run_machine(run, end), source);
}

/* Sources look at this machine; of an end on another they say nothing. */
static bool is_elsewhere(const struct run *run, enum record_end end, const char *source)
{
	if (end_is_machine(end) || run->apart || run_fact(run, METRIC_collector_means, end, source))
		return false;
	return run_fact(run, METRIC_fact_link, end, "host") ||
	       isnan(run_figure(run, METRIC_path_window_ns, end, NULL));
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool run_measured(const struct run *run, enum record_end end, enum metric_id id,
		  const struct run *witness)
{
	const char *source = metric_info(id)->source;
	const char *means;

	/* A table that was cut off does not say what is not in it. */
	if ((id == METRIC_profile_symbol || id == METRIC_profile_component) &&
	    !isnan(run_figure(run, METRIC_profile_floor, end, NULL)))
		return false;
	if (run_range(run, id, end).count)
		return true;
	means = witness ? means_of(run, end, source) : NULL;
	if (!means || run_absent_metric(run, end, id) || is_elsewhere(run, end, source))
		return false;
	return same_text(means, means_of(witness, end, source)) &&
	       same_text(run_fact(run, METRIC_fact_kernel, run_machine(run, end), NULL),
			 run_fact(witness, METRIC_fact_kernel, run_machine(witness, end), NULL));
}
