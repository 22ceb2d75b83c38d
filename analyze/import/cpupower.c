// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cpupower monitor: columns between bars, of several monitors between double bars, whose names stand in the line
 * above. The kernel's idle states and the frequency are taken; what the hardware counts of idle states by itself
 * goes by the same names as the kernel's, and stands apart.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/import/import.h"

#define COLUMNS 64

enum kind { CELL_NONE, CELL_CPU, CELL_IDLE, CELL_FREQUENCY, CELL_LEVEL };

struct column {
	enum kind kind;
	char monitor[32];
	char name[32];
};

struct table {
	char monitors[16][32];
	size_t monitor_count;
	struct column columns[COLUMNS];
	size_t count;
	int cpu;       /* column */
	double took_s; /* the command that was run, as it says; NAN */
};

/* " CPU| C0   | Cx", "PKG |CORE|CPU | C0", and of some versions " PKG| C0". */
static bool is_head(const char *line)
{
	static const char *const places[] = {"CPU", "CORE", "PKG"};

	line += strspn(line, " \t");
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		size_t len = strlen(places[i]);

		if (!strncmp(line, places[i], len))
			return line[len + strspn(line + len, " ")] == '|';
	}
	return false;
}

static bool is(const char *head)
{
	for (const char *at = head; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (is_head(at))
			return strstr(head, "Mperf") || strstr(head, "Idle_Stats");
	return false;
}

static char *trim(char *text)
{
	text += strspn(text, " \t");
	for (size_t len = strlen(text); len && strchr(" \t*", text[len - 1]); len--)
		text[len - 1] = '\0';
	return text;
}

/* "    | Nehalem || Mperf || Idle_Stats": one name for each group of columns. */
static void take_monitors(struct table *t, char *line)
{
	char *at = strchr(line, '|');

	t->monitor_count = 0;
	while (at && t->monitor_count < sizeof(t->monitors) / sizeof(*t->monitors)) {
		char *next;

		at += strspn(at, "|");
		next = strstr(at, "||");
		if (next)
			*next++ = '\0';
		snprintf(t->monitors[t->monitor_count++], sizeof(t->monitors[0]), "%s", trim(at));
		at = next;
	}
}

static enum kind kind_of(const char *monitor, const char *name)
{
	if (!strcmp(monitor, "Idle_Stats") || !strncmp(monitor, "Idle_S", 6))
		return CELL_IDLE;
	if (!strcmp(monitor, "Mperf") && !strcmp(name, "Freq"))
		return CELL_FREQUENCY;
	return CELL_LEVEL;
}

static void number_twins(struct table *t)
{
	struct column *last = &t->columns[t->count];
	unsigned int twins = 1;
	size_t len = strlen(last->name);

	for (size_t i = 0; i < t->count; i++)
		twins += !strcmp(t->columns[i].monitor, last->monitor) &&
			 !strncmp(t->columns[i].name, last->name, len) &&
			 (!t->columns[i].name[len] || t->columns[i].name[len] == '#');
	if (twins == 1 || last->kind == CELL_NONE || last->kind == CELL_CPU)
		return;
	snprintf(last->name + len, sizeof(last->name) - len, "#%u", twins);
}

/* "PKG|CORE| CPU| C0 | Cx | Freq || POLL| C1": the first group up to CPU is where, the rest is what. */
static int take_head(struct table *t, struct input *in, char *line)
{
	size_t group = 0;
	char *at = line;

	t->cpu = -1;
	t->count = 0;
	/* Names are cut to five letters, so that C1_ACPI and C1_ACPI2 are one: the second is name#2. */
	while (at && t->count < COLUMNS) {
		struct column *column = &t->columns[t->count];
		char *bar = strchr(at, '|');

		if (bar)
			*bar++ = '\0';
		snprintf(column->name, sizeof(column->name), "%s", trim(at));
		if (!strcmp(column->name, "CPU")) {
			t->cpu = (int)t->count;
			column->kind = CELL_CPU;
		} else if (t->cpu < 0) {
			column->kind = CELL_NONE;
		} else if (group < t->monitor_count) {
			column->kind = kind_of(t->monitors[group], column->name);
			memcpy(column->monitor, t->monitors[group], sizeof(column->monitor));
		} else {
			return input_refuse(in, at,
					    "more groups of columns than monitors above them");
		}
		number_twins(t);
		t->count++;
		if (bar && *bar == '|') {
			bar++;
			group += t->cpu >= 0;
		}
		at = bar;
	}
	return t->cpu >= 0
		       ? 0
		       : input_refuse(in, line,
				      "this version of cpupower names the package of each row and not its CPU, so that rows cannot be told apart; take turbostat, or /sys/devices/system/cpu/cpu*/cpuidle");
}

static int take_cell(struct import *im, struct input *in, const struct table *t, size_t i,
		     const char *cpu, const char *word)
{
	const struct column *column = &t->columns[i];
	double value, seconds = import_seconds(im);
	char key[128];

	if (isnan(seconds))
		seconds = t->took_s;
	if (column->kind == CELL_NONE || column->kind == CELL_CPU || !*word)
		return 0;
	if (input_number(in, word, &value))
		return -1;
	if (column->kind == CELL_FREQUENCY)
		return import_set(im, in, im->end, METRIC_cpufreq_frequency, cpu, value * 1e3);
	if (column->kind == CELL_IDLE && value > 100.5)
		return input_refuse(in, word, "%s %% of the time in a state is more than all", word);
	snprintf(key, sizeof(key), "%.31s/%.31s", cpu, column->name);
	if (column->kind == CELL_IDLE && !isnan(seconds))
		return import_set(im, in, im->end, METRIC_cstate_time, key,
				  value / 100 * seconds * 1e9);
	snprintf(key, sizeof(key), "cpupower/%.31s %.31s/%.31s", column->monitor, column->name, cpu);
	return import_set(im, in, im->end, METRIC_import_level, key, value);
}

/* What the kernel's idle states leave of the time, if all of them could be read. */
static int take_rest(struct import *im, struct input *in, const struct table *t, char **cells)
{
	double idle = 0, value, seconds = import_seconds(im);
	size_t states = 0;

	if (isnan(seconds))
		seconds = t->took_s;
	for (size_t i = 0; i < t->count; i++) {
		if (t->columns[i].kind != CELL_IDLE)
			continue;
		if (!cells[i] || !*cells[i])
			return 0;
		if (input_number(in, cells[i], &value))
			return -1;
		idle += value;
		states++;
	}
	return !states || isnan(seconds)
		       ? 0
		       : import_set(im, in, im->end, METRIC_cstate_none, cells[t->cpu],
				    fmax(0, 100 - idle) / 100 * seconds * 1e9);
}

static int take_row(struct import *im, struct input *in, const struct table *t, char *line)
{
	char *cells[COLUMNS] = {NULL};
	size_t count = 0;
	char *at = line;

	while (at && count < COLUMNS) {
		char *bar = strchr(at, '|');

		if (bar) {
			*bar++ = '\0';
			bar += *bar == '|';
		}
		cells[count++] = trim(at);
		at = bar;
	}
	/* " *is offline" behind what was counted until then. */
	if (count && strstr(cells[count - 1], "*is offline"))
		return 0;
	if (count != t->count)
		return input_refuse(in, NULL, "%zu columns, and %zu in the head", count, t->count);
	for (size_t i = 0; i < count; i++)
		if (take_cell(im, in, t, i, cells[t->cpu], cells[i]))
			return -1;
	return take_rest(im, in, t, cells);
}

/* "sleep took 10.00123 seconds and exited with status 0", before the table. */
static int take_length(struct table *t, struct input *in, char *line)
{
	char *took = strstr(line, " took ");

	if (!took || !strstr(took, " seconds and exited"))
		return 0;
	took += strlen(" took ");
	*strchr(took, ' ') = '\0';
	return input_number(in, took, &t->took_s);
}

static int read(struct import *im, struct input *in)
{
	struct table *t = must_calloc(1, sizeof(*t));
	int result = 0;
	char *line;

	t->took_s = NAN;
	while (!result && (line = input_line(in))) {
		if (is_head(line))
			result = take_head(t, in, line);
		else if (!t->count && strchr(line, '|'))
			take_monitors(t, line);
		else if (!t->count)
			result = take_length(t, in, line);
		else if (t->count && strchr(line, '|'))
			result = take_row(im, in, t, line);
	}
	if (in->failed)
		result = -1;
	import_means(im, "cstate",
		     "cpupower monitor: the kernel's idle states, in % of its interval");
	free(t);
	return result;
}

const struct import_format import_cpupower = {
	.name = "cpupower",
	.what = "cpupower monitor",
	.is = is,
	.read = read,
};
