// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs of powercap's counters, as grep prints them: grep . /sys/class/powercap/intel-rapl:N/energy_uj and its kin,
 * before and after, in one file. A line that is a number alone is the time of what follows, as date +%s.%N.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/import.h"

#define ZONES 256

struct zone {
	char id[32];   /* intel-rapl:0:1 */
	char name[32]; /* dram */
	double first, last, range;
	size_t readings;
};

struct log {
	struct zone zones[ZONES];
	size_t count;
	double first_s, last_s; /* of times in the file */
};

static bool is(const char *head)
{
	return strstr(head, "rapl:") && strstr(head, "/energy_uj:");
}

static struct zone *zone_of(struct log *log, const char *id, size_t len)
{
	if (len >= sizeof(log->zones[0].id))
		return NULL;
	for (size_t i = 0; i < log->count; i++)
		if (strlen(log->zones[i].id) == len && !strncmp(log->zones[i].id, id, len))
			return &log->zones[i];
	if (log->count == ZONES)
		return NULL;
	snprintf(log->zones[log->count].id, sizeof(log->zones[0].id), "%.*s", (int)len, id);
	log->zones[log->count].range = NAN;
	return &log->zones[log->count++];
}

/* A counter that is less than before has begun again at its range; in one step, whatever range a file claims. */
static int take_energy(struct zone *zone, struct input *in, const char *word, double uj)
{
	if (!zone->readings++) {
		zone->first = zone->last = uj;
		return 0;
	}
	if (uj < zone->last && zone->range > 0)
		uj += ceil((zone->last - uj) / zone->range) * zone->range;
	if (uj < zone->last)
		return input_refuse(in, word,
				    "less than before, and the file does not say by max_energy_range_uj where the counter begins again");
	zone->last = uj;
	return 0;
}

static int take_line(struct log *log, struct input *in, char *line)
{
	char *colon = strrchr(line, ':'), *slash, *id;
	struct zone *zone;
	double value;

	if (!colon)
		return input_refuse(in, line,
				    "expected a file of powercap, a colon and what it holds");
	*colon = '\0';
	slash = strrchr(line, '/');
	if (!slash)
		return input_refuse(in, line,
				    "expected a file of powercap, a colon and what it holds");
	*slash = '\0';
	id = strrchr(line, '/');
	id = id ? id + 1 : line;
	zone = zone_of(log, id, strlen(id));
	if (!zone)
		return input_refuse(in, line, "more than %d zones, or one with a longer name",
				    ZONES);
	if (!strcmp(slash + 1, "name")) {
		snprintf(zone->name, sizeof(zone->name), "%s", colon + 1);
		return 0;
	}
	if (strcmp(slash + 1, "energy_uj") && strcmp(slash + 1, "max_energy_range_uj"))
		return 0;
	if (input_number(in, colon + 1, &value))
		return -1;
	if (strcmp(slash + 1, "energy_uj")) {
		zone->range = value;
		return 0;
	}
	return take_energy(zone, in, colon + 1, value);
}

/* Packages and memory add up; a package holds its cores, and psys holds all. As zcprof's own meter has it. */
static bool adds_up(const struct zone *zone)
{
	return !strncmp(zone->name, "package", 7) || !strcmp(zone->name, "dram") ||
	       (!zone->name[0] && strchr(zone->id, ':') == strrchr(zone->id, ':'));
}

static int add_zone(struct import *im, struct input *in, const struct zone *zone, double seconds)
{
	double joule = (zone->last - zone->first) / 1e6;
	char key[96];

	if (zone->readings < 2)
		return 0;
	snprintf(key, sizeof(key), "rapl/%.31s%s%.31s", zone->id, *zone->name ? " " : "",
		 zone->name);
	if (import_set(im, in, END_HOST, METRIC_power_part, key, joule / seconds))
		return -1;
	if (!adds_up(zone))
		return 0;
	return import_add(im, in, END_HOST, METRIC_power_energy, "rapl", joule) ||
			       import_add(im, in, END_HOST, METRIC_power_mean, "rapl",
					  joule / seconds)
		       ? -1
		       : 0;
}

static int finish(struct import *im, struct input *in, const struct log *log)
{
	double seconds =
		log->last_s > log->first_s ? log->last_s - log->first_s : import_seconds(im);
	size_t twice = 0;

	for (size_t i = 0; i < log->count; i++)
		twice += log->zones[i].readings > 1;
	if (!twice)
		return input_refuse(in, NULL,
				    "each counter stands here once: a log needs it before and after");
	if (!(seconds > 0))
		return input_refuse(in, NULL,
				    "how long that took is not known: give --seconds, or a line with the time (date +%%s.%%N) before each reading");
	for (size_t i = 0; i < log->count; i++)
		if (add_zone(im, in, &log->zones[i], seconds))
			return -1;
	import_means(im, "power", "powercap's counters of energy, packages and memory");
	return 0;
}

static int read(struct import *im, struct input *in)
{
	struct log *log = must_calloc(1, sizeof(*log));
	int result = 0;
	char *line;

	log->first_s = log->last_s = NAN;
	while (!result && (line = input_line(in))) {
		double time_s;

		if (!line[strspn(line, " \t")])
			continue;
		if (line[strspn(line, "0123456789.")]) {
			result = take_line(log, in, line);
			continue;
		}
		result = input_number(in, line, &time_s);
		if (!result && isnan(log->first_s))
			log->first_s = time_s;
		log->last_s = time_s;
	}
	if (in->failed)
		result = -1;
	if (!result)
		result = finish(im, in, log);
	free(log);
	return result;
}

const struct import_format import_powercap = {
	.name = "powercap",
	.what = "counters of powercap, before and after",
	.is = is,
	.read = read,
};
