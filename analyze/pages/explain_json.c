// SPDX-License-Identifier: GPL-2.0-or-later
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/causes/confirm.h"
#include "analyze/figures/sampling.h"
#include "analyze/pages/diff_words.h"
#include "analyze/pages/explain_words.h"
#include "base/standard.h"
#include "base/visible.h"

/* Of the JSON, not of the program: it grows where a member changes its meaning or goes. */
#define SCHEMA 1

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

/* Texts of a record may be anything. */
static json_t *text(const char *from)
{
	char shown[4096];

	visible_copy(shown, sizeof(shown), from, strlen(from));
	return json_string(shown);
}

static json_t *evidence(const struct seen *seen, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct seen *one = &seen[i];

		json_array_append_new(array,
				      json_pack("{s:o, s:s, s:o, s:o, s:s, s:o}", "what",
						text(one->sign->words), "end",
						record_end_name[one->end], "from",
						number(one->from), "to", number(one->to), "unit",
						one->unit, "agree", number(one->share)));
	}
	return array;
}

static json_t *setting(const struct setting *s)
{
	char name[256];

	if (!s)
		return json_null();
	setting_name(s, name, sizeof(name));
	return json_pack("{s:s, s:o, s:o, s:o}", "end", record_end_name[s->end], "name", text(name),
			 "from", text(setting_value(s, s->a)), "to", text(setting_value(s, s->b)));
}

/* Those that no cause is made by. */
static json_t *unused(const struct causes *c)
{
	json_t *array = json_array();
	const struct setting *s;
	size_t at = 0;

	while ((s = causes_unused(c, &at)))
		json_array_append_new(array, setting(s));
	return array;
}

static json_t *consequences(const struct cause *cause)
{
	json_t *array = json_array();

	for (size_t i = 0; i < cause->with_count; i++)
		json_array_append_new(array, json_string(cause->with[i]->id));
	return array;
}

static json_t *changes(const struct causes *c, const struct setting *s)
{
	const struct kernel_change *change;
	json_t *array = json_array();
	size_t count = 0;

	if (s && s->id == METRIC_fact_kernel && !*s->key)
		count = kernel_changes(s->a, s->b, &change);
	for (size_t i = 0; i < count; i++)
		if (explain_change_concerns(c, &change[i]))
			json_array_append_new(array,
					      json_pack("{s:o, s:s, s:s, s:s}", "from",
							json_sprintf("%d.%d", change[i].version,
								     change[i].subversion),
							"commit", change[i].commit, "subject",
							change[i].subject, "does", change[i].does));
	return array;
}

static json_t *cause_object(const struct causes *c, const struct cause *cause)
{
	const struct mechanism *m = cause->mechanism;
	char line[2048];
	enum confirming confirming = confirm_command(c, cause, line, sizeof(line));

	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:s, s:s, s:o}",
			 "id", m->id, "end", record_end_name[cause->end], "confidence",
			 cause_sure(c, cause), "explains", number(cause->explains), "because",
			 m->because, "setting", setting(cause->setting), "evidence",
			 evidence(cause->seen, cause->seen_count), "against",
			 evidence(cause->against, cause->against_count), "consequences",
			 consequences(cause), "remedy", m->remedy, "confirm", m->confirm, "command",
			 confirming == CONFIRMING_COMMAND ? text(line) : json_null(),
			 "command_refused",
			 confirming == CONFIRMING_REFUSED ? text(line) : json_null(), "source",
			 m->source, "kernels", m->kernels, "changes", changes(c, cause->setting));
}

static json_t *set(const struct configuration *c, const struct limit *limit)
{
	return json_pack("{s:o, s:o, s:I, s:s, s:o}", "configuration", text(c->name), "directory",
			 text(c->directory), "runs", (json_int_t)c->count, "limit", limit->id,
			 "limit_figure", number(limit->figure));
}

static json_t *split(const struct causes *c)
{
	const struct limit *worse = &c->limit[c->reversed ? 0 : 1];
	json_t *array = json_array();
	struct split s;

	if (worse->end == END_HOST)
		return array;
	s = split_of(&c->design, worse->end);
	for (size_t i = 0; i < s.count; i++)
		json_array_append_new(array,
				      json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "end",
						record_end_name[s.end], "component",
						s.at[i].component ? s.at[i].component : "CPU time",
						"from", number(s.at[i].from), "to",
						number(s.at[i].to), "points",
						number(s.at[i].points), "margin",
						number(sampling_margin(s.at[i].off, INFINITY))));
	split_free(&s);
	return array;
}

/* Of the caller's A and B; confounded: what a start alone makes is in no interval. */
static json_t *starts(const struct causes *c)
{
	const size_t *of = c->design.starts;

	return json_pack("{s:I, s:I, s:b, s:b}", "a", (json_int_t)of[c->reversed ? 1 : 0], "b",
			 (json_int_t)of[c->reversed ? 0 : 1], "apart", c->design.starts_differ,
			 "confounded", design_confounded(&c->design));
}

static json_t *ratio(const struct comparison *k)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "a", number(k->a), "b", number(k->b), "ratio",
			 number(k->ratio.center), "low", number(k->ratio.low), "high",
			 number(k->ratio.high));
}

static int print(json_t *root)
{
	json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	fputc('\n', stdout);
	json_decref(root);
	return standard_flush();
}

int explain_json_alike(const char *sentence)
{
	return print(json_pack("{s:i, s:o, s:s, s:[]}", "schema", SCHEMA, "sentence",
			       text(sentence), "proven", "nothing", "causes"));
}

int explain_json(const struct causes *c, const struct configuration *a,
		 const struct configuration *b)
{
	static const char *const proven[] = {"nothing", "seen", "cost", "throughput"};
	static const char *const confirmed[] = {"not tested", "not tested", "returned",
						"withdrawn",  "undecided",  "moved"};
	json_t *causes = json_array();
	char sentence[1024];
	json_t *root;

	explain_sentence(c, sentence, sizeof(sentence));
	for (size_t i = 0; i < c->count; i++)
		json_array_append_new(causes, cause_object(c, &c->at[i]));
	root = json_pack("{s:i, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:s, s:o, s:o, s:o, s:o, s:o}",
			 "schema", SCHEMA, "sentence", text(sentence), "proven", proven[c->proven],
			 "worse", c->reversed ? "a" : "b", "throughput", ratio(&c->throughput),
			 "cpu", ratio(&c->cost), "a", set(a, &c->limit[0]), "b",
			 set(b, &c->limit[1]), "causes", causes, "differs", unused(c), "split",
			 split(c), "considered", (json_int_t)c->considered, "confirmed",
			 confirmed[c->confirmed], "returned",
			 number(c->confirmed ? c->returned.center : NAN), "returned_low",
			 number(c->confirmed ? c->returned.low : NAN), "returned_high",
			 number(c->confirmed ? c->returned.high : NAN), "starts", starts(c),
			 "withdrawn",
			 c->withdrawn.mechanism ? json_string(c->withdrawn.mechanism->id)
						: json_null());
	return print(root);
}
