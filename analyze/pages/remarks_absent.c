// SPDX-License-Identifier: GPL-2.0-or-later
/* What was not measured: each reason once, or all of it in one line that names no reason. */
#include "analyze/pages/remarks.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct absence {
	const struct fact *fact;
	const struct run *last; /* both ends of a run may lack the same: it is one run */
	size_t runs;
	bool said, varies; /* the same reason, with other numbers in other runs */
};

/* Whether two reasons are one, but for numbers in them. */
static bool same_reason(const char *a, const char *b)
{
	while (*a && *b) {
		bool digits = isdigit((unsigned char)*a) && isdigit((unsigned char)*b);

		if (!digits && *a != *b)
			return false;
		a += digits ? strspn(a, "0123456789.") : 1;
		b += digits ? strspn(b, "0123456789.") : 1;
	}
	return *a == *b;
}

static void add_absence(struct absence **absences, size_t *count, const struct run *run,
			const struct fact *fact)
{
	size_t at = 0;

	while (at < *count && (strcmp((*absences)[at].fact->key, fact->key) ||
			       !same_reason((*absences)[at].fact->value, fact->value)))
		at++;
	if (at == *count)
		ARRAY_ADD(*absences, *count) = (struct absence){.fact = fact};
	(*absences)[at].runs += (*absences)[at].last != run;
	(*absences)[at].last = run;
	if (strcmp((*absences)[at].fact->value, fact->value) != 0)
		(*absences)[at].varies = true;
}

/* One note for all sources that lack the same: a reason is read once. */
static void say_absence(struct page *page, struct absence *absences, size_t count, size_t runs)
{
	const struct absence *first = &absences[0];
	bool in_some = first->runs < runs, varies = first->varies;
	char sources[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < count && used < sizeof(sources); i++) {
		struct absence *a = &absences[i];

		if ((a->runs < runs) != in_some || !same_reason(a->fact->value, first->fact->value))
			continue;
		varies = varies || a->varies || strcmp(a->fact->value, first->fact->value) != 0;
		used += snprintf(sources + used, sizeof(sources) - used, "%s%s", used ? ", " : "",
				 a->fact->key);
		a->said = true;
	}
	page_note(page, "Not measured: %s%s: %s%s", sources, in_some ? " (in some runs)" : "",
		  varies ? "for example, " : "", first->fact->value);
}

/* The source of an absence, whole or of a part: source/metric. */
static size_t source_length(const struct absence *a)
{
	return strcspn(a->fact->key, "/");
}

static bool same_source(const struct absence *a, const struct absence *b)
{
	return source_length(a) == source_length(b) &&
	       !memcmp(a->fact->key, b->fact->key, source_length(a));
}

/* How much of a source is missing; of one that several are true of, the first is said. */
enum extent { EXTENT_WHOLE, EXTENT_PARTS, EXTENT_SOME_RUNS, EXTENTS };

static enum extent extent_of(const struct absence *a, size_t runs)
{
	if (a->runs < runs)
		return EXTENT_SOME_RUNS;
	return a->fact->key[source_length(a)] ? EXTENT_PARTS : EXTENT_WHOLE;
}

/* The sources of which so much is missing, each once; those that were said are left out. */
static void name_sources(struct absence *absences, size_t count, size_t runs, enum extent extent,
			 char *names, size_t size)
{
	size_t used = 0;

	names[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++) {
		struct absence *a = &absences[i];

		if (a->said || extent_of(a, runs) != extent)
			continue;
		used += snprintf(names + used, size - used, "%s%.*s", used ? ", " : "",
				 (int)source_length(a), a->fact->key);
		for (size_t j = 0; j < count; j++)
			absences[j].said = absences[j].said || same_source(&absences[j], a);
	}
}

/* On most machines there is much that cannot be measured, and it is the same below each table. */
static void say_briefly(struct page *page, struct absence *absences, size_t count, size_t runs)
{
	static const char *const before[EXTENTS] = {"", "parts of ", "in some runs "};
	char names[EXTENTS][400], text[EXTENTS * 420] = "";
	size_t used = 0;

	for (enum extent extent = 0; extent < EXTENTS; extent++) {
		name_sources(absences, count, runs, extent, names[extent], sizeof(names[extent]));
		if (*names[extent])
			used += snprintf(text + used, sizeof(text) - used, "%s%s%s",
					 used ? "; " : "", before[extent], names[extent]);
	}
	page_note(page, "Not measured: %s. Why: zcroi table --absent.", text);
}

/* Whether all lack one thing: its reason is as short as that there is one. */
static bool one_reason(const struct absence *absences, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (absences[i].runs != absences[0].runs ||
		    !same_reason(absences[i].fact->value, absences[0].fact->value))
			return false;
	return true;
}

void remark_absent(struct page *page, const struct experiment *e, bool reasons)
{
	struct absence *absences = NULL;
	size_t count = 0, runs = 0;

	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];

		for (size_t j = 0; j < c->count; j++) {
			const struct run *run = c->runs[j];

			runs++;
			for (size_t k = 0; k < run->fact_count; k++)
				if (run->facts[k].id == METRIC_collector_absent)
					add_absence(&absences, &count, run, &run->facts[k]);
		}
	}
	if (!reasons && !one_reason(absences, count))
		say_briefly(page, absences, count, runs);
	for (size_t i = 0; i < count; i++)
		if (!absences[i].said)
			say_absence(page, &absences[i], count - i, runs);
	free(absences);
}
