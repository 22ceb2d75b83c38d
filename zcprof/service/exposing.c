// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/service/exposing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/outfile.h"
#include "base/say.h"
#include "record/reader.h"
#include "zcprof/watch/openmetrics.h"
#include "zcprof/watch/serve.h"

#define FIGURES_MOST 5000

struct exposing {
	const struct service_settings *settings;
	struct openmetrics_rule rules[RULES_MAX];
	struct series *series[RULES_MAX];
	struct serve *serve; /* NULL: a file */
	bool unwritten;	     /* was said */
};

/* That it is one, whoever took the options has seen to. */
static int open_port(struct exposing *e)
{
	uint64_t port = strtoull(e->settings->openmetrics + 1, NULL, 10);
	char why[300];

	e->serve = serve_open((uint16_t)port, why, sizeof(why));
	if (!e->serve) {
		say_error("%s", why);
		return -1;
	}
	say_info("serving http://127.0.0.1:%u/metrics", serve_port(e->serve));
	return 0;
}

static int label(struct origin *origin, const char *rule)
{
	char text[sizeof("rule=") + RULE_NAME_MAX];
	const char *why;

	snprintf(text, sizeof(text), "rule=%s", rule);
	return origin_label(origin, text, &why);
}

int exposing_open(struct exposing **to, const struct service_settings *settings)
{
	struct exposing *e;
	bool whole = true;

	*to = NULL;
	if (!settings->openmetrics)
		return 0;
	e = calloc(1, sizeof(*e));
	*to = e;
	for (size_t i = 0; e && i < settings->rule_count; i++) {
		e->series[i] = series_new();
		whole = whole && e->series[i];
		if (e->series[i])
			series_bound(e->series[i], FIGURES_MOST);
		e->rules[i] = (struct openmetrics_rule){.series = e->series[i],
							.origin = settings->origin};
		whole = whole && !label(&e->rules[i].origin, settings->rules[i].name);
	}
	if (!e || !whole) {
		say_error("no memory left for figures, or no room for one more label than --label gave");
		return -1;
	}
	e->settings = settings;
	if (*settings->openmetrics == ':' && open_port(e))
		return -1;
	exposing_publish(e);
	return 0;
}

/* ---- a record ---- */

/* The registry says of a key that it is, or begins with, name/tid. */
static void strip_number(struct row *row)
{
	const char *slash;
	size_t after;

	if (!strstr(metric_info(row->id)->meaning, "name/tid"))
		return;
	slash = memrchr(row->key.at, '/', row->key.len);
	/* With a system call behind the number it is kept: such waits are few. */
	after = slash ? row->key.len - (size_t)(slash - row->key.at) - 1 : 0;
	if (after && strspn(slash + 1, "0123456789") >= after)
		row->key.len -= after + 1;
}

/* Functions are too many, and others in each window. */
static bool is_exposed(const struct row *row)
{
	enum metric_kind kind = metric_info(row->id)->kind;

	return row->time_s < 0 && kind != KIND_FACT && kind != KIND_GAUGE &&
	       row->id != METRIC_profile_symbol;
}

void exposing_record(struct exposing *e, size_t rule, const char *path, double seconds)
{
	const char *slash = strrchr(path, '/');
	struct writer *into;
	struct reader *r;
	struct row row;

	if (!e)
		return;
	r = reader_open_regular(path);
	into = series_more(e->series[rule], seconds);
	while (r && reader_next(r, &row) == 1)
		if (is_exposed(&row)) {
			strip_number(&row);
			writer_row(into, &row);
		}
	reader_close(r);
	e->rules[rule].windows++;
	snprintf(e->rules[rule].record, sizeof(e->rules[rule].record), "%s",
		 slash ? slash + 1 : path);
}

void exposing_failed(struct exposing *e, size_t rule)
{
	if (e)
		e->rules[rule].failed++;
}

void exposing_publish(struct exposing *e)
{
	struct outfile_why why = {"no memory left"};
	size_t len;
	char *text;
	int error;

	if (!e)
		return;
	text = openmetrics_watch(e->rules, e->settings->rule_count,
				 e->serve ? OPENMETRICS : OPENMETRICS_TEXTFILE, &len);
	if (text && e->serve) {
		serve_text(e->serve, text, len);
		return;
	}
	error = text ? outfile_write(e->settings->openmetrics, text, len, &why) : -1;
	if (error && !e->unwritten)
		say_warning("cannot write %s: %s", e->settings->openmetrics, why.text);
	e->unwritten = error;
	free(text);
}

void exposing_close(struct exposing *e)
{
	if (!e)
		return;
	serve_close(e->serve);
	for (size_t i = 0; i < RULES_MAX; i++)
		series_free(e->series[i]);
	free(e);
}
