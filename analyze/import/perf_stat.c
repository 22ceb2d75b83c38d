// SPDX-License-Identifier: GPL-2.0-or-later
/* perf stat: as text, a JSON object per line (-j), or fields between commas (-x,). */
#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/import.h"

struct counted {
	const char *value; /* "<not supported>" too */
	const char *unit, *event;
	const char *cpu;	/* NULL: over all */
	double percent_running; /* NAN */
};

static bool is_fields(const char *head)
{
	while (*head == '#' || *head == '\n') {
		head += strcspn(head, "\n");
		head += *head == '\n';
	}
	if (!strncmp(head, "CPU", 3))
		head += strcspn(head, ",\n") + 1;
	if (!isdigit((unsigned char)*head) && strncmp(head, "<not ", 5) != 0)
		return false;
	head += strcspn(head, ",\n");
	for (int i = 0; i < 3; i++) {
		if (*head++ != ',')
			return false;
		head += strcspn(head, ",\n");
	}
	return *head == ',';
}

static bool is(const char *head)
{
	return strstr(head, "Performance counter stats for") || strstr(head, "\"counter-value\"") ||
	       is_fields(head);
}

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

static int take(struct import *im, struct input *in, const struct counted *c)
{
	char key[200], digits[64];
	size_t used = 0;
	double value;

	if (!strncmp(c->value, "<not ", 5)) {
		snprintf(key, sizeof(key), "perf stat/%.100s", c->event);
		import_absent(im, key,
			      !strncmp(c->value, "<not s", 6) ? "perf stat says: not supported"
							      : "perf stat says: not counted");
		return 0;
	}
	/* Thousands are told apart as the language at hand does it. */
	for (const char *at = c->value; *at && used < sizeof(digits) - 1; at++)
		if (*at != ',' && *at != '\'')
			digits[used++] = *at;
	digits[used] = '\0';
	if (input_number(in, digits, &value))
		return -1;
	/* With a modifier, as cycles:u, it is a part of what ours counts. */
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		const char *cpu = c->cpu ? c->cpu : "all";

		if (strcmp(own[i].event, c->event) != 0)
			continue;
		if (own[i].group && !isnan(c->percent_running)) {
			snprintf(key, sizeof(key), "%.60s/%s", cpu, own[i].group);
			if (import_set(im, in, im->end, METRIC_pmu_share, key,
				       c->percent_running / 100))
				return -1;
		}
		return import_add(im, in, im->end, own[i].id, cpu, value);
	}
	snprintf(key, sizeof(key), "perf stat/%.100s%s%.16s%s%.16s", c->event,
		 *c->unit ? " in " : "", c->unit, c->cpu ? "/" : "", c->cpu ? c->cpu : "");
	return import_add(im, in, im->end, METRIC_import_count, key, value);
}

static int take_json(struct import *im, struct input *in, const char *line)
{
	json_error_t error;
	json_t *o = json_loads(line, 0, &error);
	struct counted c = {
		.value = json_string_value(json_object_get(o, "counter-value")),
		.unit = json_string_value(json_object_get(o, "unit")),
		.event = json_string_value(json_object_get(o, "event")),
		.cpu = json_string_value(json_object_get(o, "cpu")),
		.percent_running = json_is_number(json_object_get(o, "pcnt-running"))
					   ? json_number_value(json_object_get(o, "pcnt-running"))
					   : NAN,
	};
	int result = 0;

	if (!o)
		return input_refuse(in, in->line + (error.column > 0 ? error.column - 1 : 0),
				    "broken JSON: %s", error.text);
	if (!c.unit)
		c.unit = "";
	if (c.value && c.event)
		result = take(im, in, &c);
	json_decref(o);
	return result;
}

static int take_fields(struct import *im, struct input *in, char *line)
{
	char *fields[8] = {NULL};
	struct counted c = {.percent_running = NAN};
	size_t count = 0;
	char *rest = line;

	if (!strncmp(line, "CPU", 3)) {
		c.cpu = strsep(&rest, ",") + 3;
		if (!rest)
			return input_refuse(in, NULL, "expected a value behind the CPU");
	}
	while (count < 8 && rest)
		fields[count++] = strsep(&rest, ",");
	/* A further metric of the event before has no value of its own. */
	if (count && !*fields[0])
		return 0;
	if (count < 5)
		return input_refuse(in, NULL,
				    "expected value, unit, event, run time and percent, found %zu fields",
				    count);
	c.value = fields[0];
	c.unit = fields[1];
	c.event = fields[2];
	if (*fields[4] && input_number(in, fields[4], &c.percent_running))
		return -1;
	return take(im, in, &c);
}

/* "  1,234,567      cycles     # ...   (83.33%)", "     0.2037 seconds time elapsed" */
static int take_text(struct import *im, struct input *in, char *line)
{
	struct counted c = {.unit = "", .percent_running = NAN};
	char *note = strchr(line, '#'), *not_counted, *words[4];
	char *percent = strrchr(line, '(');
	size_t count, at = 0;
	double seconds;

	if (percent && percent[strcspn(percent, "%")] == '%')
		c.percent_running = strtod(percent + 1, NULL);
	if (percent && !isnan(c.percent_running))
		*percent = '\0';
	if (note)
		*note = '\0';
	if (strstr(line, "seconds time elapsed")) {
		count = input_words(line, words, 4);
		if (!count || input_number(in, words[0], &seconds))
			return -1;
		if (im->end == END_HOST || !isnan(im->known.seconds))
			return 0;
		return import_set(im, in, im->end, METRIC_path_window_ns, NULL, seconds * 1e9);
	}
	if (strstr(line, " seconds "))
		return 0;
	not_counted = strstr(line, "<not ");
	if (not_counted) {
		c.value = not_counted;
		words[0] = not_counted;
		line = strchr(not_counted, '>');
		if (!line)
			return input_refuse(in, c.value, "expected '>' behind \"<not\"");
		line++;
		count = 1 + input_words(line, words + 1, 3);
	} else {
		count = input_words(line, words, 4);
	}
	if (count && !strncmp(words[0], "CPU", 3)) {
		c.cpu = words[0] + 3;
		at = 1;
	}
	if (count < at + 2)
		return 0;
	c.value = words[at];
	c.event = words[count - 1];
	if (count > at + 2)
		c.unit = words[at + 1];
	if (!isdigit((unsigned char)*c.value) && *c.value != '<')
		return input_refuse(in, c.value, "expected a count, found \"%.40s\"", c.value);
	return take(im, in, &c);
}

static int read(struct import *im, struct input *in)
{
	bool text = false;
	char *line;

	while ((line = input_line(in))) {
		const char *word = line + strspn(line, " \t");
		int result = 0;

		if (!*word || *word == '#')
			continue;
		if (strstr(line, "Performance counter stats for"))
			text = true;
		else if (*word == '{')
			result = take_json(im, in, word);
		else if (text)
			result = take_text(im, in, line);
		else if (strchr(line, ','))
			result = take_fields(im, in, line);
		else
			result = input_refuse(in, word,
					      "expected what perf stat prints, found \"%.40s\"",
					      word);
		if (result)
			return -1;
	}
	if (!in->failed)
		import_means(im, "pmu", "perf stat, of what it followed");
	return in->failed ? -1 : 0;
}

const struct import_format import_perf_stat = {
	.name = "perf-stat",
	.what = "perf stat, also with -j or -x,",
	.is = is,
	.read = read,
};
