// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/power/meter.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/outfile.h"

/* Some thousand years, and exact to microseconds. */
#define TIME_MOST_S 1e11

/* A line of a log is shorter. */
#define LINE_MOST 4096

/* Of measuring idle power, where no number is given. */
enum { IDLE_SECONDS = 5 };

/* "measure" or "measure=SECONDS", or a number of watts. */
static int idle_option(struct meter *meter, const char *value, const char **why)
{
	char *rest;

	if (strncmp(value, "measure", 7) != 0) {
		*why = "expected measure, measure=SECONDS, or a number of watts above 0";
		meter->idle_s = 0;
		return meter_watts(value, &meter->idle_w) || !meter->idle_w ? -1 : 0;
	}
	*why = "expected 1 to 600 seconds";
	meter->idle_w = 0;
	meter->idle_s = IDLE_SECONDS;
	if (!value[7])
		return 0;
	meter->idle_s = strtod(value + 7 + (value[7] == '='), &rest);
	return value[7] != '=' || rest == value + 8 || *rest || !(meter->idle_s >= 1) ||
			       meter->idle_s > 600
		       ? -1
		       : 0;
}

int meter_option(struct meter *meter, const char *text, const char **why)
{
	const char *value = strchr(text, ':');

	*why = "expected cmd:COMMAND, csv:FILE, own:METER, idle:WATTS or idle:measure";
	if (!value || !value[1])
		return -1;
	value++;
	if (!strncmp(text, "idle:", 5)) {
		if (idle_option(meter, value, why))
			return -1;
	} else if (!strncmp(text, "cmd:", 4)) {
		meter->command = value;
	} else if (!strncmp(text, "csv:", 4)) {
		meter->log = value;
	} else if (!strncmp(text, "own:", 4)) {
		meter->own = value;
	} else {
		return -1;
	}
	*why = "a run has one meter: give one of cmd:, csv: and own:";
	if (!!meter->command + !!meter->log + !!meter->own > 1)
		return -1;
	*why = "a log is read after the run, so idle power cannot be measured by it: give its watts";
	return meter->log && meter->idle_s > 0 ? -1 : 0;
}

bool meter_named(const struct meter *meter)
{
	return meter->command || meter->log || meter->own || meter->idle_w || meter->idle_s;
}

int meter_watts(const char *line, double *watts)
{
	char *rest;
	double value = strtod(line, &rest);

	if (rest == line || !(value >= 0) || value > METER_MOST_W)
		return -1;
	rest += strspn(rest, " \t");
	rest += *rest == 'W';
	rest += strspn(rest, " \t\r\n");
	if (*rest)
		return -1;
	*watts = value;
	return 0;
}

/* "Z", "+02:00" or "-0530" as seconds east of UTC; -1 where it is none of these. */
static int parse_offset(const char *text, long *seconds)
{
	int hours, minutes;
	char sign;

	*seconds = 0;
	if (!strcmp(text, "Z"))
		return 0;
	if (sscanf(text, "%c%2d:%2d", &sign, &hours, &minutes) != 3 &&
	    sscanf(text, "%c%2d%2d", &sign, &hours, &minutes) != 3)
		return -1;
	if ((sign != '+' && sign != '-') || hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
		return -1;
	*seconds = (sign == '-' ? -60L : 60L) * (hours * 60 + minutes);
	return 0;
}

int meter_time(const char *text, double *seconds)
{
	struct tm tm = {.tm_isdst = -1};
	double second;
	long offset;
	char *rest;
	int used = 0;

	*seconds = strtod(text, &rest);
	if (rest != text && !*rest)
		return fabs(*seconds) < TIME_MOST_S ? 0 : -1;
	if (sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d:%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		   &tm.tm_hour, &tm.tm_min, &used) != 5 ||
	    !used || !isdigit((unsigned char)text[used]))
		return -1;
	second = strtod(text + used, &rest);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	if (!(second >= 0 && second < 61) || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 ||
	    tm.tm_mday > 31 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59)
		return -1;
	if (!*rest) {
		*seconds = (double)mktime(&tm) + second;
		return 0;
	}
	if (parse_offset(rest, &offset))
		return -1;
	*seconds = (double)(timegm(&tm) - offset) + second;
	return 0;
}

/* 1: a reading; 0: nothing of interest; -1: it cannot be understood. */
static int parse_line(char *line, bool first, struct reading *reading)
{
	char *comma;

	line += strspn(line, " \t");
	line[strcspn(line, "\r\n")] = '\0';
	if (!*line || *line == '#')
		return 0;
	if (first && !strncmp(line, "time,watts", strlen("time,watts")))
		return 0;
	comma = strchr(line, ',');
	if (!comma)
		return -1;
	*comma++ = '\0';
	/* What else a meter writes in further columns is of no interest. */
	comma[strcspn(comma, ",")] = '\0';
	return meter_time(line, &reading->at_s) || meter_watts(comma, &reading->watts) ? -1 : 1;
}

int meter_log(struct readings *r, const char *path, char *why, size_t why_size)
{
	/* A pipe or a device would be waited for, or never end. */
	FILE *in = outfile_read(path);
	char line[LINE_MOST];
	size_t number = 0;
	int got = 0;

	*why = '\0';
	if (!in) {
		snprintf(why, why_size, "cannot open the meter's log %s: %s", path, strerror(errno));
		return -1;
	}
	while (!*why && fgets(line, sizeof(line), in)) {
		struct reading reading;

		got = strlen(line) + 1 < sizeof(line) ? parse_line(line, !number, &reading) : -1;
		number++;
		if (got < 0)
			snprintf(why, why_size,
				 "line %zu of the meter's log %s is not time,watts with the time as epoch seconds or ISO 8601, and watts from 0 to 1000000",
				 number, path);
		else if (got && r->count && reading.at_s < r->at[r->count - 1].at_s)
			snprintf(why, why_size,
				 "line %zu of the meter's log %s is earlier than the one before",
				 number, path);
		else if (got && readings_add(r, reading))
			snprintf(why, why_size, "no memory left for the meter's log %s", path);
	}
	if (ferror(in) && !*why)
		snprintf(why, why_size, "cannot read the meter's log %s: %s", path, strerror(errno));
	fclose(in);
	return *why ? -1 : 0;
}

int readings_add(struct readings *r, struct reading reading)
{
	if (!(reading.watts >= 0) || reading.watts > METER_MOST_W)
		return -1;
	/* Grown whenever the count reaches a power of two. */
	if (!(r->count & (r->count - 1))) {
		struct reading *grown =
			reallocarray(r->at, r->count ? 2 * r->count : 1, sizeof(*grown));

		if (!grown)
			return -1;
		r->at = grown;
	}
	r->at[r->count++] = reading;
	return 0;
}

static double watts_between(const struct reading *a, const struct reading *b, double at_s)
{
	double share = b->at_s > a->at_s ? (at_s - a->at_s) / (b->at_s - a->at_s) : 1;

	return a->watts + (b->watts - a->watts) * share;
}

/* At a moment; next is the first reading that is not before it. */
static double watts_at(const struct readings *r, size_t next, double at_s)
{
	if (!next)
		return r->at[0].watts;
	if (next == r->count)
		return r->at[r->count - 1].watts;
	return watts_between(&r->at[next - 1], &r->at[next], at_s);
}

double readings_mean(const struct readings *r, double from_s, double to_s, size_t *inside)
{
	struct reading last = {.at_s = from_s};
	double joules = 0;
	double first_s, last_s;
	size_t i = 0;

	*inside = 0;
	if (!r->count || !(to_s > from_s))
		return NAN;
	first_s = fmax(r->at[0].at_s, from_s);
	last_s = fmin(r->at[r->count - 1].at_s, to_s);
	while (i < r->count && r->at[i].at_s < from_s)
		i++;
	last.watts = watts_at(r, i, from_s);
	for (; i < r->count && r->at[i].at_s <= to_s; i++) {
		joules += (r->at[i].at_s - last.at_s) * (r->at[i].watts + last.watts) / 2;
		last = r->at[i];
		++*inside;
	}
	joules += (to_s - last.at_s) * (watts_at(r, i, to_s) + last.watts) / 2;
	return last_s - first_s < (to_s - from_s) / 2 ? NAN : joules / (to_s - from_s);
}

void readings_free(struct readings *r)
{
	free(r->at);
	*r = (struct readings){0};
}
