// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/service/settings.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/say.h"
#include "zcprof/collecting.h"
#include "zcprof/run/planfile.h"

enum {
	KEY_RULE = 0x100,
	KEY_EVERY,
	KEY_SECONDS,
	KEY_WARMUP,
	KEY_MOST,
	KEY_ROUNDS,
	KEY_KEEP,
	KEY_OPENMETRICS,
	KEY_COLLECT,
	KEY_NO_COLLECT,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "What to watch:", 1},
	{"rule", KEY_RULE, "[NAME:]KIND=VALUE", 0,
	 "Processes of this name (comm=), of this program (exe=), that listen at this TCP port (port=), or all of a cgroup (cgroup=); may be given 32 times",
	 0},
	{"most", KEY_MOST, "N", 0,
	 "So many processes of a rule in each round, and the others in the next ones (2)", 0},
	{"collect", KEY_COLLECT, "LIST", 0, "Only these collectors", 0},
	{"no-collect", KEY_NO_COLLECT, "LIST", 0, "All collectors but these", 0},
	{NULL, 0, NULL, 0, "When:", 2},
	{"every", KEY_EVERY, "SECONDS", 0, "From the start of a round to the next (60)", 0},
	{"seconds", KEY_SECONDS, "SECONDS", 0, "Length of a window (5)", 0},
	{"warmup", KEY_WARMUP, "SECONDS", 0, "Time before a window opens (0.5)", 0},
	{"rounds", KEY_ROUNDS, "N", 0, "End after so many (goes on until it is stopped)", 0},
	{NULL, 0, NULL, 0, "Where to:", 3},
	{"output", 'o', "DIR", 0, "Where the records go: DIR/NAME/TIME-PID.csv", 0},
	{"keep", KEY_KEEP, "SIZE", 0, "Bytes of records; the oldest go first (1G)", 0},
	{"openmetrics", KEY_OPENMETRICS, "FILE|:PORT", 0,
	 "Add up the figures of all windows of each rule in this file, or serve them at http://127.0.0.1:PORT/metrics",
	 0},
	{"verbose", 'v', NULL, 0, "Say what is done, and what is said in each window", 0},
	{0},
};

static const char documentation[] =
	"Measure for a few seconds of each minute what rules name, whichever processes these are by then. Each "
	"window is a record like one of 'zcprof attach'."
	"\v"
	"Examples:\n"
	"  zcprof watch --rule web:exe=/usr/sbin/nginx -o /var/lib/zcprof\n"
	"  zcprof watch --rule port=5201 --rule db:cgroup=system.slice/db.service -o out\n"
	"  zcprof watch --rule comm=iperf3 --openmetrics :9464 -o out\n"
	"  zcprof watch @/etc/zcprof/watch.conf\n"
	"  zcroi table /var/lib/zcprof\n"
	"\n"
	"A file of options holds one per line, without the dashes; '#' behind white space begins a comment. Where "
	"nothing fits a rule, its round is left out. As a service: packaging/zcprof-watch.service.\n"
	"Exit status: 0 done or stopped, 1 failed, 2 wrong usage, 3 this machine cannot.";

static double seconds_option(struct argp_state *state, const char *name, const char *text,
			     double least)
{
	const char *why;
	double seconds;

	if (quantity_seconds(text, &seconds, &why))
		argp_error(state, "--%s %s: %s", name, text, why);
	if (seconds < least)
		argp_error(state, "--%s %s: expected %g seconds or more", name, text, least);
	return seconds;
}

static uint64_t count_option(struct argp_state *state, const char *name, const char *text)
{
	const char *why;
	uint64_t count;

	if (quantity_count(text, &count, &why))
		argp_error(state, "--%s %s: %s", name, text, why);
	if (!count || count > RULE_FOUND_MAX)
		argp_error(state, "--%s %s: expected 1 to %d", name, text, RULE_FOUND_MAX);
	return count;
}

static void rule_option(struct argp_state *state, struct service_settings *s, const char *text)
{
	const char *why;

	if (s->rule_count == RULES_MAX)
		argp_error(state, "--rule %s: there are %d rules already", text, RULES_MAX);
	if (rule_parse(&s->rules[s->rule_count], text, &why))
		argp_error(state, "--rule %s: %s", text, why);
	for (size_t i = 0; i < s->rule_count; i++)
		if (!strcmp(s->rules[i].name, s->rules[s->rule_count].name))
			argp_error(state,
				   "--rule %s: another rule has the name %s: put a name and ':' before it",
				   text, s->rules[i].name);
	s->rule_count++;
}

static void check(const struct service_settings *s, struct argp_state *state)
{
	const char *text_why;
	char why[160];
	uint64_t port;

	if (collecting_refuse(s->collect, s->no_collect, false, why, sizeof(why)))
		argp_error(state, "%s", why);
	if (!s->rule_count)
		argp_error(state,
			   "expected a rule, what is to be watched: --rule web:exe=/usr/sbin/nginx here, or rule web:exe=/usr/sbin/nginx as a line of the file; the service's is /etc/zcprof/watch.conf");
	if (!s->output)
		argp_error(state, "-o DIR is needed: the records go there");
	if (s->openmetrics && !*s->openmetrics)
		argp_error(state, "--openmetrics: expected a file, or ':' and a port");
	if (s->openmetrics && *s->openmetrics == ':' &&
	    (quantity_count(s->openmetrics + 1, &port, &text_why) || port > UINT16_MAX))
		argp_error(state,
			   "--openmetrics %s: expected a port from 0 to 65535 behind the colon",
			   s->openmetrics);
	if (s->every < s->seconds + s->warmup)
		argp_error(state, "--every %g is shorter than a window and its warm-up (%g seconds)",
			   s->every, s->seconds + s->warmup);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct service_settings *s = state->input;
	const char *why;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &s->origin;
		return 0;
	case KEY_RULE:
		rule_option(state, s, text);
		return 0;
	case KEY_EVERY:
		s->every = seconds_option(state, "every", text, 1);
		return 0;
	case KEY_SECONDS:
		s->seconds = seconds_option(state, "seconds", text, 0.1);
		return 0;
	case KEY_WARMUP:
		s->warmup = seconds_option(state, "warmup", text, 0);
		return 0;
	case KEY_MOST:
		s->most = count_option(state, "most", text);
		return 0;
	case KEY_ROUNDS:
		s->rounds = count_option(state, "rounds", text);
		return 0;
	case KEY_KEEP:
		if (quantity_size(text, &s->keep, &why))
			argp_error(state, "--keep %s: %s", text, why);
		return 0;
	case KEY_OPENMETRICS:
		s->openmetrics = text;
		return 0;
	case 'o':
		s->output = text;
		return 0;
	case 'v':
		say_verbose(true);
		return 0;
	case KEY_COLLECT:
		s->collect = text;
		return 0;
	case KEY_NO_COLLECT:
		s->no_collect = text;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "%s: expected an option, or a file of options as @FILE", text);
		return 0;
	case ARGP_KEY_END:
		check(s, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void service_settings_parse(struct service_settings *s, int argc, char **argv)
{
	static const struct argp_child children[] = {
		{&origin_argp, 0, "What the records say of themselves:", 4}, {0}};
	static const struct argp argp = {options, parse, NULL, documentation, children, NULL, NULL};
	int count;

	*s = (struct service_settings){
		.every = 60, .seconds = 5, .warmup = 0.5, .most = 2, .keep = 1ULL << 30};
	s->words = planfile_expand(argc, argv, &count);
	if (!s->words)
		exit(EXIT_USAGE);
	argp_parse(&argp, count, s->words, 0, NULL, s);
}

void service_settings_free(struct service_settings *s)
{
	for (char **w = s->words; w && *w; w++)
		free(*w);
	free(s->words);
}
