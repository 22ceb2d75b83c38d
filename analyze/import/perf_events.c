// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/import/perf_events.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EVENTS_MAX 16384

struct perf_counted {
	const char *name, *unit, *place, *cgroup;
	bool added, thread;
	double sum, running, lines; /* running: percents added up */
	double time_s;		    /* of the last line */
	size_t missing;		    /* so many lines had no count */
	bool supported;
};

static const struct {
	const char *event;
	enum metric_id id;
	const char *group;
} own[] = {
	{"cycles", METRIC_pmu_cycles, "cycles"},
	{"cpu-cycles", METRIC_pmu_cycles, "cycles"},
	{"instructions", METRIC_pmu_instructions, NULL},
	{"cache-references", METRIC_pmu_llc_references, "llc"},
	{"cache-misses", METRIC_pmu_llc_misses, NULL},
};

bool perf_events_is_name(const char *word)
{
	static const char *const plain[] = {"branches", "faults", "cs", "migrations"};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (!strcmp(own[i].event, word))
			return true;
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (!strcmp(plain[i], word))
			return true;
	return strpbrk(word, "-:_") || strlen(word) > 12;
}

/* "1,234,567.89", "1.234.567,89", "1'234", blanks that do not break: of the text, decimals are two or none. */
static int grouped_number(struct input *in, const char *word, double *value)
{
	static const char *const blanks[] = {"\xe2\x80\xaf", "\xc2\xa0", "\xe2\x80\x99", "'"};
	char digits[64];
	size_t used = 0, group = 0;
	bool grouped = false, decimals = false;

	for (const char *at = word; *at;) {
		size_t len = 0;

		for (size_t i = 0; !len && i < sizeof(blanks) / sizeof(*blanks); i++)
			len = strncmp(at, blanks[i], strlen(blanks[i])) ? 0 : strlen(blanks[i]);
		if (!len && strchr(".,", *at))
			len = 1;
		if (used == sizeof(digits) - 1 || (len ? decimals : !isdigit((unsigned char)*at)) ||
		    (len && grouped && group != 3))
			return input_refuse(in, word, "expected a count, found \"%.40s\"", word);
		if (!len) {
			digits[used++] = *at++;
			group++;
			continue;
		}
		at += len;
		if (strspn(at, "0123456789") == 2 && !at[2]) {
			digits[used++] = '.';
			decimals = true;
		} else if (group > 3) {
			return input_refuse(in, word, "expected a count, found \"%.40s\"", word);
		}
		grouped = true;
		group = 0;
	}
	digits[used] = '\0';
	if (grouped && !decimals && group != 3)
		return input_refuse(in, word, "expected a count, found \"%.40s\"", word);
	return input_number(in, digits, value);
}

static bool same(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

static struct perf_counted *find(struct perf_events *all, const struct perf_event *e)
{
	/* Each interval has the events in the same order. */
	for (size_t i = 0; i < all->count; i++) {
		struct perf_counted *c = &all->at[(all->next + i) % all->count];

		if (!strcmp(c->name, e->name) && same(c->place, e->place) &&
		    same(c->cgroup, e->cgroup)) {
			all->next = (size_t)(c - all->at) + 1;
			return c;
		}
	}
	return NULL;
}

static const char *kept(struct perf_events *all, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	return text ? arena_text(&all->texts, text, len < 100 ? len : 100) : NULL;
}

int perf_events_take(struct perf_events *all, struct input *in, const struct perf_event *e)
{
	struct perf_counted *c = find(all, e);
	double value = 0;

	if (c && (isnan(e->time_s) || !(e->time_s > c->time_s)))
		return input_refuse(in, in->line,
				    "%.60s a second time; a record is of one run, so give each as a file of its own",
				    e->name);
	if (!c && all->count == EVENTS_MAX)
		return input_refuse(in, in->line, "more than %d events", EVENTS_MAX);
	if (!c) {
		c = &ARRAY_ADD(all->at, all->count);
		*c = (struct perf_counted){
			.name = kept(all, e->name),
			.unit = kept(all, e->unit ? e->unit : ""),
			.place = kept(all, e->place),
			.cgroup = kept(all, e->cgroup),
			.added = e->added,
			.thread = e->thread,
			.supported = true,
		};
	}
	if (!isnan(e->time_s))
		all->last_s = e->time_s;
	c->time_s = e->time_s;
	c->lines++;
	c->running += e->percent_running;
	if (!strncmp(e->value, "<not ", 5)) {
		c->missing++;
		c->supported = strncmp(e->value, "<not s", 6) != 0;
		return 0;
	}
	if (e->grouped ? grouped_number(in, e->value, &value) : input_number(in, e->value, &value))
		return -1;
	c->sum += value;
	return 0;
}

static int add_own(struct import *im, struct input *in, const struct perf_counted *c, size_t i)
{
	const char *cpu = c->place && !c->added ? c->place : "all";
	char key[200];

	/* Of places that are added up the parts of time are not. */
	snprintf(key, sizeof(key), "%.60s/%s", cpu, own[i].group ? own[i].group : "");
	if (own[i].group && !isnan(c->running) && !c->added &&
	    !import_here(im, im->end, METRIC_pmu_share, key)) {
		if (import_set(im, in, im->end, METRIC_pmu_share, key, c->running / c->lines / 100))
			return -1;
	}
	return import_add(im, in, im->end, own[i].id, cpu, c->sum);
}

/* A sum over places of which one has no count is none. */
static bool missing(const struct perf_events *all, const struct perf_counted *c)
{
	size_t counted = 0, missed = 0;

	if (!c->added)
		return c->missing;
	for (size_t i = 0; i < all->count; i++) {
		const struct perf_counted *other = &all->at[i];

		if (strcmp(other->name, c->name) != 0 || !same(other->cgroup, c->cgroup))
			continue;
		missed += other->missing > 0;
		counted += other->lines > (double)other->missing;
	}
	return c->thread ? !counted : missed;
}

static int finish(const struct perf_events *all, struct import *im, struct input *in,
		  const struct perf_counted *c)
{
	char key[400], why[100];

	if (missing(all, c)) {
		snprintf(key, sizeof(key), "perf stat/%.100s", c->name);
		if (!c->supported)
			snprintf(why, sizeof(why), "perf stat says: not supported");
		else if (c->added)
			snprintf(why, sizeof(why), "perf stat says: not counted everywhere");
		else if (c->lines > 1)
			snprintf(why, sizeof(why),
				 "perf stat says: not counted in %zu of %.0f intervals", c->missing,
				 c->lines);
		else
			snprintf(why, sizeof(why), "perf stat says: not counted");
		import_absent(im, key, why);
		return 0;
	}
	/* With a modifier, as cycles:u, it is a part of what ours counts. */
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (!c->cgroup && !strcmp(own[i].event, c->name))
			return add_own(im, in, c, i);
	snprintf(key, sizeof(key), "perf stat/%s%s%.16s%s%.16s%s%s", c->name, *c->unit ? " in " : "",
		 c->unit, c->place && !c->added ? "/" : "", c->place && !c->added ? c->place : "",
		 c->cgroup ? "/" : "", c->cgroup ? c->cgroup : "");
	return import_add(im, in, im->end, METRIC_import_count, key, c->sum);
}

int perf_events_finish(const struct perf_events *all, struct import *im, struct input *in)
{
	/* The ends of intervals count from perf's start. */
	if (all->last_s > 0 && im->end != END_HOST && isnan(import_seconds(im)) &&
	    import_set(im, in, im->end, METRIC_path_window_ns, NULL, all->last_s * 1e9))
		return -1;
	for (size_t i = 0; i < all->count; i++)
		if (finish(all, im, in, &all->at[i]))
			return -1;
	return 0;
}

void perf_events_free(struct perf_events *all)
{
	free(all->at);
	arena_free(&all->texts);
}
