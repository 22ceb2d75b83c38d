// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct names {
	const char **at; /* belong to the runs */
	size_t count;
};

static int by_text(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

static void add(struct names *names, const char *name)
{
	if (name)
		ARRAY_ADD(names->at, names->count) = name;
}

/* Each once. */
static void sort_out(struct names *names)
{
	size_t kept = 0;

	ARRAY_SORT(names->at, names->count, by_text);
	for (size_t i = 0; i < names->count; i++)
		if (!kept || strcmp(names->at[kept - 1], names->at[i]) != 0)
			names->at[kept++] = names->at[i];
	names->count = kept;
}

/* "a, b, c and 97 more" */
static const char *some_of(const struct names *names, char *text, size_t size)
{
	size_t shown = names->count > 4 ? 3 : names->count, used = 0;

	*text = '\0';
	for (size_t i = 0; i < shown && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%.64s", i ? ", " : "",
					 names->at[i]);
	if (shown < names->count && used < size)
		snprintf(text + used, size - used, " and %zu more", names->count - shown);
	return text;
}

/* Whether runs that stand as repeats of each other may be of several machines, and nothing says so. */
static void remark_unnamed(struct page *page, const struct configuration *c)
{
	struct names boots = {NULL, 0};

	for (size_t i = 0; i < c->count; i++)
		if (!run_fact(c->runs[i], METRIC_fact_host, END_HOST, NULL))
			add(&boots, run_fact(c->runs[i], METRIC_fact_host, END_HOST, "boot"));
	sort_out(&boots);
	if (boots.count > 1)
		page_note(page,
			  "The runs of %s leave out which host they are of, and are of %zu starts of a kernel: whether they are repeats on one machine, or of several, is not known.",
			  c->name, boots.count);
	free(boots.at);
}

void remark_hosts(struct page *page, const struct experiment *e, const char *by)
{
	struct names hosts = {NULL, 0};
	size_t runs = 0;
	char some[300];

	for (size_t i = 0; i < e->count; i++)
		for (size_t j = 0; j < e->configurations[i].count; j++, runs++)
			add(&hosts, run_fact(e->configurations[i].runs[j], METRIC_fact_host,
					     END_HOST, NULL));
	runs -= hosts.count;
	sort_out(&hosts);
	if (hosts.count > 1)
		page_note(page, "The runs are of %zu hosts: %s.%s", hosts.count,
			  some_of(&hosts, some, sizeof(some)),
			  by ? ""
			     : " Those of two hosts are no repeats of each other, so no line holds both; --by host, or a label, puts lines together.");
	if (hosts.count && runs)
		page_note(page, "%zu other run%s not say of which host %s.", runs,
			  runs == 1 ? " does" : "s do", runs == 1 ? "it is" : "they are");
	if (by)
		page_note(page,
			  "By %s: each host is one sample, the mean of its runs. A line is the mean of its hosts, and the interval beside it is that of the hosts; which line is better is not tested.",
			  by);
	for (size_t i = 0; i < e->count && !by; i++)
		remark_unnamed(page, &e->configurations[i]);
	free(hosts.at);
}

void words_hosts(struct page *page, const struct configuration *a, const struct configuration *b)
{
	if (a->host && b->host && strcmp(a->host, b->host) != 0)
		page_lead(page,
			  "hosts      A is of %.64s and B of %.64s: by how much two machines differ that are set alike is in no interval here; zcroi table --by host over more of them shows it",
			  a->host, b->host);
}

static const char *starts_words(size_t count, char words[32])
{
	if (count == 1)
		return "one start";
	snprintf(words, 32, "%zu starts", count);
	return words;
}

void words_starts(struct page *page, const struct design *d, bool reversed)
{
	char a[32], b[32];
	const char *of_a = starts_words(d->starts[reversed ? 1 : 0], a);
	const char *of_b = starts_words(d->starts[reversed ? 0 : 1], b);
	const char *common = d->starts_common ? "most runs of one are of none of the other's"
					      : "they have none in common";

	if (design_confounded(d))
		page_lead(page,
			  "starts     A is of %s of its machine, B of %s, and %s: what a start alone makes faster or slower, with nothing else changed, is in no interval here, and may be all of the difference; runs of several starts of each, in one directory for each, have it in theirs",
			  of_a, of_b, common);
	else if (d->starts_differ)
		page_lead(page,
			  "starts     A is of %s of its machine, B of %s, and %s: each start is one sample, the mean of its runs, so that what starts differ by is in the intervals",
			  of_a, of_b, common);
}
