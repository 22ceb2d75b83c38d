// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters by their names: nstat, which prints what was counted since it last did, and ethtool -S, which
 * counts since the driver was loaded, so that two files are needed, or the word that they began at zero.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/import/import.h"

static bool is_nstat(const char *head)
{
	return !strncmp(head, "#kernel", 7) || !strncmp(head, "{\"kernel\":", 10);
}

static int take_nstat(struct import *im, struct input *in, const char *name, double value)
{
	char key[160];

	snprintf(key, sizeof(key), "nstat/%.128s", name);
	return import_set(im, in, im->end, METRIC_import_count, key, value);
}

static int read_nstat_json(struct import *im, struct input *in)
{
	json_t *json = input_json(in);
	json_t *all = json_object_get(json, "kernel"), *value;
	const char *name;
	int result = json ? 0 : -1;

	json_object_foreach(all, name, value) if (!result && json_is_number(value)) result =
		take_nstat(im, in, name, json_number_value(value));
	json_decref(json);
	return result;
}

static int read_nstat(struct import *im, struct input *in)
{
	char *line, *words[4];
	double value;

	import_means(im, "import",
		     "nstat: what was counted since it last printed, or with -a since boot");
	if (in->buffer[in->at] == '{')
		return read_nstat_json(im, in);
	while ((line = input_line(in))) {
		size_t count;

		if (*line == '#' || !line[strspn(line, " ")])
			continue;
		count = input_words(line, words, 4);
		if (count < 2)
			return input_refuse(in, NULL, "expected a counter's name and its value");
		if (input_number(in, words[1], &value) || take_nstat(im, in, words[0], value))
			return -1;
	}
	return in->failed ? -1 : 0;
}

static bool is_ethtool(const char *head)
{
	return !strncmp(head, "NIC statistics:", 15) || strstr(head, "\nNIC statistics:\n");
}

struct snapshot {
	size_t tables;
	size_t more, less; /* so many statistics are more, and less, than in the file before */
	char which[64];	   /* is less */
};

/* Drivers give two of their statistics one name: the second of a file is name#2, as zcprof has it. */
static void key_of(struct import *im, const char *name, char *key, size_t size)
{
	const struct imported *r;

	snprintf(key, size, "ethtool:%.128s", name);
	for (unsigned int n = 2; n < 100; n++) {
		r = import_here(im, im->end, METRIC_nic_statistic, key);
		if (!r)
			r = import_here(im, im->end, METRIC_NONE, key);
		if (!r)
			r = import_here(im, im->end, METRIC_collector_absent, key);
		if (!r)
			return;
		snprintf(key, size, "ethtool:%.128s#%u", name, n);
	}
}

/* Two snapshots differ by what was counted between them: the first is taken off. */
static int take_ethtool(struct import *im, struct input *in, struct snapshot *s, const char *name,
			double value)
{
	const struct imported *first;
	char key[160];

	key_of(im, name, key, sizeof(key));
	if (im->known.from_zero)
		return import_set(im, in, im->end, METRIC_nic_statistic, key, value);
	first = import_kept(im, im->end, key);
	if (!first) {
		import_keep(im, im->end, key, value);
		return 0;
	}
	s->more += value > first->value;
	if (value >= first->value)
		return import_set(im, in, im->end, METRIC_nic_statistic, key, value - first->value);
	if (!s->less++)
		snprintf(s->which, sizeof(s->which), "%s", name);
	/* A level, as the number of entries in a ring, or a queue that began anew. */
	import_absent(im, key, "less than in the file before: a level, or it began anew");
	return 0;
}

static int read_ethtool(struct import *im, struct input *in)
{
	struct snapshot s = {.tables = 0};
	char *line, *colon;
	double value;

	import_means(im, "nic", "ethtool -S");
	while ((line = input_line(in))) {
		char *name = line + strspn(line, " \t");

		if (strstr(line, "NIC statistics:") && s.tables++)
			return input_refuse(in, line,
					    "a second table, and ethtool does not say of which device it is: give each as a file of its own");
		if (!*name || strstr(line, "NIC statistics:"))
			continue;
		colon = strrchr(name, ':');
		if (!colon)
			return input_refuse(in, NULL,
					    "expected a statistic's name, a colon and its value");
		*colon = '\0';
		colon++;
		colon += strspn(colon, " ");
		if (input_number(in, colon, &value) || take_ethtool(im, in, &s, name, value))
			return -1;
	}
	if (s.less > s.more && !in->failed)
		return input_refuse(in, in->line,
				    "%.60s and most others are less than in the file before: give the earlier one first",
				    s.which);
	return in->failed ? -1 : 0;
}

const struct import_format import_nstat = {"nstat", "nstat, also with -j", is_nstat, read_nstat};
const struct import_format import_ethtool = {"ethtool", "ethtool -S, twice: before and after",
					     is_ethtool, read_ethtool};
