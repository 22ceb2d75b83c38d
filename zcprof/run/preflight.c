// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/preflight.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/say.h"
#include "zcprof/reach/host.h"
#include "zcprof/tool.h"
#include "zcprof/run/typed.h"
#include "zcprof/run/words.h"

/* An ssh that has to be answered by hand gets its time. */
#define TOOL_PATIENCE_MS 60000

static const char *place_name(const struct experiment *x, enum record_end side)
{
	return x->settings->host[side] ? x->settings->host[side] : "this machine";
}

/* Here, where the end will run and has its NIC, or by a host's agent. */
static void ask(const struct experiment *x, enum record_end side, char **words,
		struct tool_result *result)
{
	struct host *h = x->host[side];
	const char *text;

	if (!h) {
		tool_run_in(x->link.side[side].netns, words, TOOL_PATIENCE_MS, result);
		return;
	}
	result->exit_code = -1;
	if (!host_ask(h, words))
		result->exit_code = host_await(h, NULL, TOOL_PATIENCE_MS, &text);
	else
		text = host_gone(h);
	snprintf(result->exit_code ? result->reason : result->out,
		 result->exit_code ? sizeof(result->reason) : sizeof(result->out), "%.500s", text);
}

static int check_version(const struct experiment *x, enum record_end side)
{
	char **words = words_of_tool(x, side, "--version");
	const char *wanted = "zcpath " VERSION;
	struct tool_result result = {0};

	if (!words) {
		say_error("no memory left to ask zcpath for its version");
		return EXIT_FAILED;
	}
	ask(x, side, words, &result);
	words_free(words);
	if (x->host[side] && host_gone(x->host[side])) {
		say_error("%s: %s", host_name(x->host[side]), host_gone(x->host[side]));
		return EXIT_UNABLE;
	}
	if (result.exit_code) {
		say_error("cannot ask zcpath on %s for its version: %s; build or install it there, or say where it is with --zcpath",
			  place_name(x, side), tool_reason(&result));
		return EXIT_UNABLE;
	}
	/* What it was built with may differ, and stands in the lines behind. */
	result.out[strcspn(result.out, "\n")] = '\0';
	/* Of a host of another version that was said; the two zcpaths find out by their own handshake. */
	if (strcmp(result.out, wanted) && !(x->host[side] && host_version(x->host[side]))) {
		say_error("zcpath on %s is of another version: expected \"%s\", it says \"%.60s\"; install the same on both sides",
			  place_name(x, side), wanted, result.out);
		return EXIT_UNABLE;
	}
	return EXIT_DONE;
}

/* The first configuration that asks this side for the same. */
static size_t first_like(const struct plan *plan, size_t n, enum record_end side)
{
	for (size_t i = 0; i < n; i++) {
		const struct configuration *a = &plan->configurations[i];
		const struct configuration *b = &plan->configurations[n];

		/* Values are the lists' own texts, so equal ones are the same text. A receiver has the sender's flows. */
		if (!memcmp(a->value[side], b->value[side], sizeof(a->value[side])) &&
		    a->value[END_TX][OPTION_flows] == b->value[END_TX][OPTION_flows])
			return i;
	}
	return n;
}

/* Of one configuration at one end. */
struct verdict {
	int exit_code;
	char reason[400];
};

static void judge(const struct experiment *x, const struct configuration *c, enum record_end side,
		  struct verdict *verdict)
{
	char **words = words_of_check(x, c, side);
	struct tool_result result = {0};
	char said[300];

	verdict->exit_code = EXIT_FAILED;
	snprintf(verdict->reason, sizeof(verdict->reason), "no memory left");
	if (!words)
		return;
	ask(x, side, words, &result);
	words_free(words);
	verdict->exit_code = result.exit_code;
	snprintf(said, sizeof(said), "%s", tool_reason(&result));
	typed_options(&x->settings->plan, side, said, sizeof(said));
	snprintf(verdict->reason, sizeof(verdict->reason), "%s%s%s",
		 x->host[side] ? host_name(x->host[side]) : "", x->host[side] ? ": " : "", said);
}

/* What neither end can know: with all-to-all each CPU meets each only where both ends have as many. */
static void judge_pattern(const struct configuration *c, struct verdict *verdict)
{
	unsigned int cpus[END_COUNT] = {0};

	for (int side = END_RX; side <= END_TX; side++) {
		const char *pattern = c->value[side][OPTION_pattern];
		const char *list = c->value[side][OPTION_cpu];
		const char *why;
		cpu_set_t set;

		if (!pattern || strcmp(pattern, "all-to-all") || !list ||
		    cpulist_parse(list, &set, &why))
			return;
		cpus[side] = CPU_COUNT(&set);
	}
	if (cpus[END_RX] == cpus[END_TX])
		return;
	verdict->exit_code = EXIT_USAGE;
	snprintf(verdict->reason, sizeof(verdict->reason),
		 "--pattern all-to-all takes as many CPUs at both ends, and rx has %u and tx %u: give --rx-cpu and --tx-cpu as many",
		 cpus[END_RX], cpus[END_TX]);
}

/* Nor what the other moves. A sender that has no --udp has bytes, unless its path moves datagrams alone. */
static void judge_datagrams(const struct configuration *c, struct verdict *verdict)
{
	const char *rx = c->value[END_RX][OPTION_path], *tx = c->value[END_TX][OPTION_path];

	if (!option_datagrams(rx) || option_datagrams(tx) || c->value[END_TX][OPTION_udp])
		return;
	verdict->exit_code = EXIT_USAGE;
	snprintf(verdict->reason, sizeof(verdict->reason),
		 "--rx %s takes datagrams alone, and --tx %s sends a stream: give --udp BYTES too, or --tx xsk",
		 rx, tx);
}

/* Each reason once: their records have the rest. */
static void say_refused(const struct plan *plan)
{
	for (size_t i = 0; i < plan->refused_count; i++) {
		const struct refusal *r = &plan->refused[i];
		size_t before = 0, behind = 0;

		for (size_t j = 0; j < plan->refused_count; j++)
			if (plan->refused[j].end == r->end &&
			    !strcmp(plan->refused[j].reason, r->reason)) {
				before += j < i;
				behind += j > i;
			}
		if (before)
			continue;
		if (behind)
			say_warning("%s and %zu more are left out: %s", r->configuration.name,
				    behind, r->reason);
		else
			say_warning("%s is left out: %s", r->configuration.name, r->reason);
	}
}

static int judge_all(const struct experiment *x, struct plan *plan, struct verdict *verdicts)
{
	const struct verdict *last = NULL;

	for (size_t n = 0; n < plan->configuration_count; n++)
		for (int side = END_RX; side <= END_TX; side++) {
			struct verdict *v = &verdicts[n * END_COUNT + side];
			size_t like = first_like(plan, n, side);

			if (like < n)
				*v = verdicts[like * END_COUNT + side];
			else
				judge(x, &plan->configurations[n], side, v);
		}
	for (size_t n = plan->configuration_count; n--;) {
		struct verdict *v = &verdicts[n * END_COUNT];
		enum record_end end = v[END_RX].exit_code ? END_RX : END_TX;

		v = &v[end];
		if (!v->exit_code)
			judge_pattern(&plan->configurations[n], v);
		if (!v->exit_code)
			judge_datagrams(&plan->configurations[n], v);
		if (!v->exit_code)
			continue;
		if (plan_refuse(plan, n, end, "cannot", v->reason))
			return EXIT_FAILED;
		last = v;
	}
	if (plan->configuration_count) {
		say_refused(plan);
		return EXIT_DONE;
	}
	say_error("no configuration can run: %s", last->reason);
	return last->exit_code == EXIT_USAGE ? EXIT_USAGE : EXIT_UNABLE;
}

int preflight(const struct experiment *x, struct plan *plan)
{
	struct verdict *verdicts;
	int result = check_version(x, END_RX);

	if (!result && (x->settings->host[END_RX] || x->settings->host[END_TX]))
		result = check_version(x, END_TX);
	if (result)
		return result;
	verdicts = calloc(plan->configuration_count * END_COUNT, sizeof(*verdicts));
	if (!verdicts) {
		say_error("no memory left to check the plan");
		return EXIT_FAILED;
	}
	result = judge_all(x, plan, verdicts);
	free(verdicts);
	return result;
}
