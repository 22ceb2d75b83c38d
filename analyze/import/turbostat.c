// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * turbostat: columns by their names, for each version has more of them. Rows of intervals are averaged;
 * the row "-" is of the machine.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/import/import.h"
#include "base/say.h"

#define COLUMNS 256

struct column {
	char name[32];
	bool known;
};

struct table {
	struct column columns[COLUMNS];
	size_t count;
	int cpu; /* column; -1: none, all rows are of the machine */
	size_t heads, rows;
	bool first;   /* the row at hand is the first below a head */
	bool partial; /* a row had fewer columns than its head, as those of CPUs have */
};

struct mean {
	char key[64];
	double sum, n;
	double first_sum, first_n; /* of first rows */
};

static bool is(const char *head)
{
	return (strstr(head, "Busy%") || strstr(head, "PkgWatt")) &&
	       (strstr(head, "Bzy_MHz") || strstr(head, "Avg_MHz") || strstr(head, "PkgWatt"));
}

static bool known(const char *name)
{
	static const char *const levels[] = {
		"Avg_MHz", "Busy%",   "Bzy_MHz", "TSC_MHz", "IPC", "CoreTmp", "PkgTmp", "PkgWatt",
		"CorWatt", "GFXWatt", "RAMWatt", "SysWatt", "IRQ", "NMI",     "SMI",	"POLL%"};

	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		if (!strcmp(name, levels[i]))
			return true;
	/* "C6%", "C1E%", "CPU%c6", "Pkg%pc2" */
	return !strncmp(name, "CPU%c", 5) || !strncmp(name, "Pkg%pc", 6) ||
	       (name[0] == 'C' && name[1] >= '0' && name[1] <= '9' && name[strlen(name) - 1] == '%');
}

static bool is_head(const char *line)
{
	return strstr(line, "Busy%") || strstr(line, "PkgWatt");
}

static void take_head(struct table *t, char *line)
{
	char *words[COLUMNS], skipped[400] = "";
	size_t used = 0;
	bool first = !t->count;

	t->heads++;
	t->first = true;
	t->count = input_words(line, words, COLUMNS);
	t->cpu = -1;
	for (size_t i = 0; i < t->count; i++) {
		static const char *const places[] = {
			"CPU",	"Core",	 "Package", "Die", "Node", "usec", "Time_Of_Day_Seconds",
			"APIC", "X2APIC"};
		bool place = false;

		snprintf(t->columns[i].name, sizeof(t->columns[i].name), "%s", words[i]);
		t->columns[i].known = known(words[i]);
		for (size_t j = 0; j < sizeof(places) / sizeof(*places); j++)
			place |= !strcmp(words[i], places[j]);
		if (!strcmp(words[i], "CPU"))
			t->cpu = (int)i;
		else if (first && !place && !t->columns[i].known && used < sizeof(skipped) - 40)
			used += (size_t)snprintf(skipped + used, sizeof(skipped) - used, "%s%.31s",
						 used ? ", " : "", words[i]);
	}
	if (used)
		say_info("columns of turbostat that are not known are left out: %s", skipped);
}

static struct mean *mean_of(struct mean **means, size_t *count, const char *key)
{
	for (size_t i = 0; i < *count; i++)
		if (!strcmp((*means)[i].key, key))
			return &(*means)[i];
	ARRAY_ADD(*means, *count) = (struct mean){.sum = 0};
	snprintf((*means)[*count - 1].key, sizeof((*means)->key), "%s", key);
	return &(*means)[*count - 1];
}

static int take_row(struct table *t, struct input *in, char *line, struct mean **means,
		    size_t *count)
{
	char *words[COLUMNS], key[64];
	size_t n = input_words(line, words, COLUMNS);
	const char *cpu = t->cpu >= 0 && (size_t)t->cpu < n ? words[t->cpu] : "-";

	/* Columns of a package are empty at the rows of its other CPUs, behind all of a CPU's own. */
	if (n > t->count)
		return input_refuse(in, words[t->count],
				    "more columns than in the head: %zu, not %zu", n, t->count);
	t->rows++;
	t->partial |= n < t->count;
	for (size_t i = 0; i < n; i++) {
		struct mean *mean;
		double value;

		if (!t->columns[i].known || !strcmp(words[i], "-"))
			continue;
		if (input_number(in, words[i], &value))
			return -1;
		if (*count >= 65536)
			return input_refuse(in, words[i], "more than 65536 figures");
		snprintf(key, sizeof(key), "%.31s%s%.16s", t->columns[i].name,
			 *cpu == '-' ? "" : "/", *cpu == '-' ? "" : cpu);
		mean = mean_of(means, count, key);
		mean->sum += value;
		mean->n++;
		mean->first_sum += t->first ? value : 0;
		mean->first_n += t->first;
	}
	t->first = false;
	return 0;
}

/*
 * Without a column of CPUs (--show) their rows look like the machine's, which is the first below each head. With
 * --Summary there are no others, and one head above all.
 */
static bool first_only(const struct table *t)
{
	return t->cpu < 0 && (t->partial || (t->heads > 1 && t->rows > t->heads));
}

static int add(struct import *im, struct input *in, const struct table *t, const struct mean *mean)
{
	double value = first_only(t) ? mean->first_sum / mean->first_n : mean->sum / mean->n;
	char key[96];

	if (isnan(value))
		return 0;
	/* Of packages and memory the power adds up to the machine's, as far as turbostat knows it. */
	if (!strcmp(mean->key, "PkgWatt") || !strcmp(mean->key, "RAMWatt")) {
		if (import_add(im, in, END_HOST, METRIC_power_mean, "rapl", value))
			return -1;
	}
	if (strstr(mean->key, "Watt") && !strchr(mean->key, '/')) {
		snprintf(key, sizeof(key), "rapl/%s", mean->key);
		return import_set(im, in, END_HOST, METRIC_power_part, key, value);
	}
	snprintf(key, sizeof(key), "turbostat/%s", mean->key);
	return import_set(im, in, END_HOST, METRIC_import_level, key, value);
}

static int read(struct import *im, struct input *in)
{
	struct table *t = must_calloc(1, sizeof(*t));
	struct mean *means = NULL;
	size_t count = 0;
	int result = 0;
	char *line;

	while (!result && (line = input_line(in))) {
		if (is_head(line))
			take_head(t, line);
		else if (t->count && line[strspn(line, " \t")])
			result = take_row(t, in, line, &means, &count);
	}
	if (in->failed)
		result = -1;
	for (size_t i = 0; !result && i < count; i++)
		result = add(im, in, t, &means[i]);
	import_means(im, "import", "turbostat: means over its intervals");
	free(means);
	free(t);
	return result;
}

const struct import_format import_turbostat = {
	.name = "turbostat",
	.what = "turbostat",
	.is = is,
	.read = read,
};
