// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mpstat: percent of each CPU's time by mode, an interval after the other; as JSON (-o JSON), or as text, which
 * becomes the same.
 */
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

static bool is_text_head(const char *line)
{
	const char *cpu = strstr(line, " CPU ");
	const char *usr = cpu ? strstr(cpu, " %usr ") : NULL;

	return usr && memchr(cpu, '\n', usr - cpu) == NULL && strstr(usr, " %idle") &&
	       !strstr(line, "Command");
}

static bool is(const char *head)
{
	if (is_text_head(head))
		return true;
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

#define COLUMNS 24

struct table {
	json_t *statistics, *cpus; /* cpus: of the interval at hand */
	char names[COLUMNS][16];
	size_t count, cpu_at;
	bool inside;
};

/* "13:48:23", or "01:48:23 PM", which is two words: returns so many. */
static size_t take_time(char *const *words, size_t count, char *time, size_t size)
{
	unsigned int h, m, s;
	bool half = count > 1 && (!strcmp(words[1], "AM") || !strcmp(words[1], "PM"));

	if (sscanf(words[0], "%2u:%2u:%2u", &h, &m, &s) == 3)
		snprintf(time, size, "%02u:%02u:%02u",
			 half ? h % 12 + (*words[1] == 'P' ? 12 : 0) : h, m, s);
	return 1 + half;
}

static int take_text_row(struct table *t, struct input *in, char **words, size_t count)
{
	const json_t *first = json_object_get(json_array_get(t->cpus, 0), "cpu");
	const char *name;
	char time[32] = "";
	json_t *cpu;

	if (count != t->count)
		return input_refuse(in, count ? words[count - 1] : in->line,
				    "expected a row of %zu columns as in its head, found %zu",
				    t->count, count);
	take_time(words, count, time, sizeof(time));
	name = words[t->cpu_at];
	cpu = json_pack("{s:s}", "cpu", name);
	/* What is no UTF-8. */
	if (!cpu)
		return input_refuse(in, name, "expected a CPU's number, or all");
	if (!t->cpus || !strcmp(json_string_value(first), name)) {
		json_t *interval = json_pack("{s:s, s:[]}", "timestamp", time, "cpu-load");

		json_array_append_new(t->statistics, interval);
		t->cpus = json_object_get(interval, "cpu-load");
	}
	json_array_append_new(t->cpus, cpu);
	for (size_t i = t->cpu_at + 1; i < count; i++) {
		double value;

		if (input_number(in, words[i], &value))
			return -1;
		json_object_set_new(cpu, t->names[i] + 1, json_real(value));
	}
	return 0;
}

static void take_text_head(struct table *t, char *const *words, size_t count)
{
	t->count = count;
	for (size_t i = 0; i < count; i++) {
		snprintf(t->names[i], sizeof(t->names[i]), "%s", words[i]);
		if (!strcmp(words[i], "CPU"))
			t->cpu_at = i;
	}
	/* Its averages, "Average:" in one language, are of what stands above. */
	t->inside = words[0][strlen(words[0]) - 1] != ':';
}

/* NULL after saying what is wrong. */
static json_t *read_text(struct input *in)
{
	struct table t = {.statistics = json_array()};
	json_t *json = json_pack("{s:{s:[{s:o}]}}", "sysstat", "hosts", "statistics", t.statistics);
	char *line, *words[COLUMNS];

	while ((line = input_line(in))) {
		bool head = is_text_head(line);
		size_t count = input_words(line, words, COLUMNS);

		if (head)
			take_text_head(&t, words, count);
		else if (!count || strchr(words[count - 1], '/') || words[0][0] == 'L')
			t.inside = t.inside &&
				   count; /* another table's head, or what the machine is */
		else if (t.inside && take_text_row(&t, in, words, count))
			break;
	}
	if (in->failed) {
		json_decref(json);
		return NULL;
	}
	return json;
}

static int read(struct import *im, struct input *in)
{
	json_t *json = is_text_head(in->buffer + in->at) ? read_text(in) : input_json(in);
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
	.what = "mpstat -P ALL, also with -o JSON",
	.is = is,
	.read = read,
};
