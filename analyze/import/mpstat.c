// SPDX-License-Identifier: GPL-2.0-or-later
/* mpstat -o JSON: percent of each CPU's time by mode, an interval after the other. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/import.h"

static const struct {
	const char *name;
	enum metric_id id;
	bool busy;
} modes[] = {
	{"usr", METRIC_cpu_user, true},	    {"nice", METRIC_cpu_user, true},
	{"guest", METRIC_cpu_user, true},   {"gnice", METRIC_cpu_user, true},
	{"sys", METRIC_cpu_system, true},   {"irq", METRIC_cpu_irq, true},
	{"soft", METRIC_cpu_softirq, true}, {"iowait", METRIC_cpu_iowait, false},
	{"steal", METRIC_cpu_steal, false}, {"idle", METRIC_cpu_idle, false},
};

static bool is(const char *head)
{
	return strstr(head, "\"sysstat\"") && strstr(head, "\"hosts\"") &&
	       !strstr(head, "\"process-list\"");
}

/* "13:48:23", of which two are so far apart; past midnight a day is added. */
static double seconds_between(const char *a, const char *b)
{
	unsigned int h, m, s, h2, m2, s2;
	double d;

	if (!a || !b || sscanf(a, "%2u:%2u:%2u", &h, &m, &s) != 3 ||
	    sscanf(b, "%2u:%2u:%2u", &h2, &m2, &s2) != 3)
		return NAN;
	d = (double)(h2 * 3600 + m2 * 60 + s2) - (double)(h * 3600 + m * 60 + s);
	return d < 0 ? d + 86400 : d;
}

struct load {
	struct import *im;
	struct input *in;
	double seconds; /* of all intervals; NAN */
	size_t intervals;
	double busy[RECORD_ENDS];
	bool any[RECORD_ENDS];
};

static int take_cpu(struct load *l, const json_t *cpu, const char *name)
{
	char *rest;
	long number = strtol(name, &rest, 10);
	bool own = !CPU_COUNT(&l->im->cpus) ||
		   (number >= 0 && number < CPU_SETSIZE && CPU_ISSET(number, &l->im->cpus));
	enum record_end end = own ? l->im->end : END_HOST;

	if (rest == name || *rest)
		return 0; /* "all" is the sum of the others */
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		const json_t *value = json_object_get(cpu, modes[i].name);
		double percent = json_number_value(value);

		if (!json_is_number(value))
			continue;
		if (!(percent >= 0 && percent <= 101))
			return input_refuse(l->in, l->in->line,
					    "CPU %s spent %g %% of its time in %s", name, percent,
					    modes[i].name);
		l->any[end] = true;
		if (modes[i].busy)
			l->busy[end] += percent;
		if (!isnan(l->seconds) &&
		    import_add(l->im, l->in, end, modes[i].id, name,
			       percent / 100 * l->seconds / (double)l->intervals * 1e9))
			return -1;
	}
	return 0;
}

static int take_all(struct load *l, const json_t *statistics)
{
	size_t n = json_array_size(statistics);
	const char *first =
		json_string_value(json_object_get(json_array_get(statistics, 0), "timestamp"));
	const char *last =
		json_string_value(json_object_get(json_array_get(statistics, n - 1), "timestamp"));

	l->intervals = n;
	/* A time stamp is the end of its interval, and all are of one length. */
	l->seconds = l->im->known.seconds;
	if (isnan(l->seconds) && n > 1)
		l->seconds = seconds_between(first, last) / (double)(n - 1) * (double)n;
	for (size_t i = 0; i < n; i++) {
		const json_t *cpus = json_object_get(json_array_get(statistics, i), "cpu-load");

		for (size_t j = 0; j < json_array_size(cpus); j++) {
			const json_t *cpu = json_array_get(cpus, j);
			const char *name = json_string_value(json_object_get(cpu, "cpu"));

			if (name && take_cpu(l, cpu, name))
				return -1;
		}
	}
	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		if (l->any[end] &&
		    import_set(l->im, l->in, end,
			       end == END_HOST && l->im->end != END_HOST ? METRIC_cpu_elsewhere
									 : METRIC_cpu_busy,
			       NULL, l->busy[end] / (double)n))
			return -1;
	if (!l->any[END_HOST] && !l->any[END_RX] && !l->any[END_TX])
		return input_refuse(l->in, l->in->line,
				    "no CPU one by one is in it; run mpstat with -P ALL");
	if (isnan(l->seconds))
		import_absent(l->im, "cpu/time",
			      "of one interval its length is not known; give --seconds");
	import_means(l->im, "cpu", "mpstat: percent of an interval, rounded");
	return 0;
}

static int read(struct import *im, struct input *in)
{
	json_t *json = input_json(in);
	const json_t *statistics, *host;
	struct load l = {.im = im, .in = in};
	int result;

	if (!json)
		return -1;
	host = json_array_get(json_object_get(json_object_get(json, "sysstat"), "hosts"), 0);
	statistics = json_object_get(host, "statistics");
	result = json_array_size(statistics) ? take_all(&l, statistics)
					     : input_refuse(in, in->line, "no interval is in it");
	json_decref(json);
	return result;
}

const struct import_format import_mpstat = {
	.name = "mpstat",
	.what = "mpstat -P ALL -o JSON",
	.is = is,
	.read = read,
};
