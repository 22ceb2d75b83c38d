// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netperf: interim results where it was asked for them (-D), else the line of figures at the end,
 * of the classic tests (under a line of units) or of omni (which ends in its unit), or omni's
 * KEY=value lines (-k).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reports/adapter.h"
#include "reports/words.h"

#define WORDS 16

struct state {
	bool receives;	     /* this side does, by the banner */
	bool interim, given; /* interim results; a line of figures */
	int seconds_at, rate_at;
	double unit; /* of the line of units */
	double seconds, rate, key_unit;
};

static void take_test(void *data, int option, const char *value)
{
	const char **test = data;

	if (option == 't')
		*test = value;
}

/* The test-specific words, behind "--", of omni. */
static enum record_end end_of_omni(char *const argv[])
{
	while (*argv && strcmp(*argv, "--"))
		argv++;
	for (; *argv; argv++) {
		const char *direction = strncmp(*argv, "-d", 2) ? NULL : *argv + 2;

		if (direction && !*direction)
			direction = argv[1];
		if (!direction)
			continue;
		if (!strcasecmp(direction, "send") || !strcasecmp(direction, "stream") ||
		    !strcasecmp(direction, "xmit"))
			return END_TX;
		if (!strncasecmp(direction, "rec", 3) || !strcasecmp(direction, "maerts"))
			return END_RX;
	}
	return END_HOST;
}

static enum record_end end_of(char *const argv[])
{
	static const char letters[] =
		"A:a:b:B:CcdDf:F:H:hi:I:jk:K:l:L:n:NO:o:P:p:rs:St:T:v:VW:w:y:Y:Z:46";
	static const struct option none[] = {{0}};
	const char *test = "TCP_STREAM";

	words_parse(argv, letters, none, take_test, &test);
	if (!strcasecmp(test, "omni"))
		return end_of_omni(argv);
	if (strcasestr(test, "MAERTS"))
		return END_RX;
	return strcasestr(test, "STREAM") || strcasestr(test, "SENDFILE") ? END_TX : END_HOST;
}

static void add(struct state *s, struct report *r, double seconds, double rate, uint64_t at_ns)
{
	double bytes = seconds * rate;

	if (seconds > 0 && seconds * 1e9 < (double)at_ns)
		report_add(r, at_ns - (uint64_t)(seconds * 1e9), at_ns, s->receives ? bytes : 0,
			   s->receives ? 0 : bytes);
}

static bool number(const char *word, double *value)
{
	char *end;

	*value = strtod(word, &end);
	return end != word && !*end;
}

/* The last line of a table's head: which column is the time, and which the rate. */
static void take_units(struct state *s, char *const words[], int count)
{
	int seconds_at = -1, rate_at = -1;

	for (int i = 0; i < count; i++) {
		if (!strcmp(words[i], "secs.") || !strcmp(words[i], "secs"))
			seconds_at = i;
		if (rate_at < 0 && adapter_unit(words[i]) > 0)
			rate_at = i;
	}
	if (seconds_at < 0 || rate_at < 0)
		return;
	s->seconds_at = seconds_at;
	s->rate_at = rate_at;
	s->unit = adapter_unit(words[rate_at]);
}

static void take_figures(struct state *s, struct report *r, char *const words[], int count,
			 uint64_t at_ns)
{
	double seconds, rate, unit = s->unit;
	int seconds_at = s->seconds_at, rate_at = s->rate_at;

	if (count >= 4 && number(words[0], &rate) && adapter_unit(words[count - 1]) > 0) {
		unit = adapter_unit(words[count - 1]);
		rate_at = count - 2;
		seconds_at = count - 3;
	}
	/* A second line, as that of UDP, is what the other side got. */
	if (s->given || !(unit > 0) || rate_at >= count || seconds_at >= count ||
	    !number(words[0], &rate) || !number(words[seconds_at], &seconds) ||
	    !number(words[rate_at], &rate))
		return;
	s->given = true;
	if (!s->interim)
		add(s, r, seconds, rate * unit, at_ns);
}

static bool take_key(struct state *s, struct report *r, const char *line, uint64_t at_ns)
{
	if (!strncmp(line, "ELAPSED_TIME=", 13))
		s->seconds = strtod(line + 13, NULL);
	else if (!strncmp(line, "THROUGHPUT=", 11))
		s->rate = strtod(line + 11, NULL);
	else if (!strncmp(line, "THROUGHPUT_UNITS=", 17))
		s->key_unit = adapter_unit(line + 17);
	else if (!strncmp(line, "DIRECTION=", 10))
		s->receives = !strncmp(line + 10, "Rec", 3);
	else
		return strchr(line, '=');
	if (s->seconds > 0 && s->rate > 0 && s->key_unit > 0 && !s->interim) {
		/* In any order; a direction that comes last is right in the end. */
		r->count = 0;
		add(s, r, s->seconds, s->rate * s->key_unit, at_ns);
	}
	return true;
}

static void hear(void *state, struct report *r, const char *line, uint64_t at_ns)
{
	struct state *s = state;
	double rate, seconds;
	char text[512], unit[32];
	char *words[WORDS];
	char *rest = text;
	int count = 0;

	if (strstr(line, " TEST from ")) {
		s->receives = strstr(line, "MAERTS") || strstr(line, "OMNI Rec");
		s->given = false;
		return;
	}
	if (sscanf(line, "Interim result: %lf %31s over %lf seconds", &rate, unit, &seconds) == 3) {
		s->interim = true;
		add(s, r, seconds, rate * adapter_unit(unit), at_ns);
		return;
	}
	if (take_key(s, r, line, at_ns))
		return;
	snprintf(text, sizeof(text), "%s", line);
	while (count < WORDS && (words[count] = strsep(&rest, " \t")))
		count += *words[count] != '\0';
	if (!count)
		return;
	take_units(s, words, count);
	take_figures(s, r, words, count, at_ns);
}

const struct adapter netperf_adapter = {
	.name = "netperf",
	.programs = (const char *const[]){"netperf", NULL},
	.state_size = sizeof(struct state),
	.end = end_of,
	.line = hear,
};
