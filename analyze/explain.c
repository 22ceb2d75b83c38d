// SPDX-License-Identifier: GPL-2.0-or-later
/* Why B is slower or dearer than A, or why some runs are unlike their siblings. */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/causes/confirm.h"
#include "analyze/commands.h"
#include "analyze/options.h"
#include "analyze/pages/explain_words.h"
#include "analyze/pages/then_now.h"
#include "base/say.h"

struct explain_options {
	struct common common;
	char *tested; /* --confirm */
	char **paths;
	size_t path_count;
};

static const struct configuration *only(const struct experiment *e, const char *which)
{
	if (e->count == 1 && e->configurations[0].count)
		return &e->configurations[0];
	say_error("%s has %zu configurations with collectors; name the directory of one, such as DIR/%s",
		  which, e->count, e->configurations[0].name);
	return NULL;
}

/* What the remedy of the first cause did; a cause whose remedy did nothing is withdrawn. */
static int test_first(struct causes *c, const struct explain_options *o)
{
	struct experiment tested;

	if (experiment_load(&tested, (char **)&o->tested, 1, KEEP_WINDOW))
		return -1;
	c->confirmed = c->count ? confirm_judge(c, &tested, &c->returned) : CONFIRM_UNFIT;
	experiment_free(&tested);
	if (c->confirmed == CONFIRM_UNFIT) {
		say_error("--confirm %s: expected two runs or more of two configurations each, as the command that explain prints makes them",
			  o->tested);
		return -1;
	}
	if (c->confirmed == CONFIRM_WITHDRAWN)
		causes_withdraw(c);
	return 0;
}

static int explain_causes(const struct explain_options *o, const struct configuration *a,
			  const struct configuration *b)
{
	struct causes c;
	int result = -1;

	causes_of(&c, a, b, &o->common, NULL);
	if (!o->tested || !test_first(&c, o))
		result = o->common.format == FORMAT_JSON ? explain_json(&c, a, b)
							 : explain_page(&c, a, b, o->common.format);
	causes_free(&c);
	return result;
}

/* What --against measured: the earlier configuration again, which is returned, and another one. */
static const struct configuration *again_of(const struct experiment *e,
					    const struct configuration **other)
{
	const struct configuration *again = NULL;

	if (e->count != 2)
		return NULL;
	for (size_t i = 0; i < 2; i++) {
		if (!configuration_again(&e->configurations[i]) || !e->configurations[i].count)
			continue;
		again = &e->configurations[i];
		*other = &e->configurations[1 - i];
	}
	return again && (*other)->count && !configuration_again(*other) ? again : NULL;
}

static int explain_pair(const struct explain_options *o)
{
	const struct configuration *a, *b, *again;
	struct experiment of[2];
	int result = -1;

	if (experiment_load(&of[0], &o->paths[0], 1, KEEP_WINDOW))
		return -1;
	if (experiment_load(&of[1], &o->paths[1], 1, KEEP_WINDOW)) {
		experiment_free(&of[0]);
		return -1;
	}
	experiment_warn_shared(&of[0], &of[1]);
	a = only(&of[0], "A");
	again = a && !o->tested ? again_of(&of[1], &b) : NULL;
	if (again) {
		result = then_now_page(a, again, b, &o->common);
	} else {
		b = a ? only(&of[1], "B") : NULL;
		if (b)
			result = explain_causes(o, a, b);
	}
	experiment_free(&of[0]);
	experiment_free(&of[1]);
	return result;
}

/* The runs of one side: alike, slower than those or faster than those. */
struct runs {
	struct configuration of;
	char name[512];
};

static void add_stranger(struct runs *to, struct run *run, double ratio)
{
	const char *slash = strrchr(run->path, '/');
	size_t used = strlen(to->name);

	to->of.runs[to->of.count++] = run;
	if (used < sizeof(to->name))
		snprintf(to->name + used, sizeof(to->name) - used, "%s%s (x %.3g)",
			 to->of.count > 1 ? ", " : "unlike its siblings: ",
			 slash ? slash + 1 : run->path, ratio);
}

static void runs_of(struct runs sides[3], const struct configuration *c, const bool *apart)
{
	for (int side = 0; side < 3; side++) {
		sides[side] = (struct runs){.of = *c, .name = "its siblings"};
		sides[side].of.name = sides[side].name;
		sides[side].of.runs = must_calloc(c->count + 1, sizeof(struct run *));
		sides[side].of.count = 0;
		if (side)
			sides[side].name[0] = '\0';
	}
	for (size_t i = 0; i < c->count; i++) {
		double ratio = apart[i] ? design_unlike(c, apart, i) : 1;

		if (apart[i])
			add_stranger(&sides[ratio < 1 ? 1 : 2], c->runs[i], ratio);
		else
			sides[0].of.runs[sides[0].of.count++] = c->runs[i];
	}
}

/* Runs that are unlike their siblings are held against these: the slower ones, or else the faster ones. */
static int explain_strangers(const struct configuration *c, const struct explain_options *o)
{
	bool *apart = must_calloc(c->count + 1, sizeof(*apart));
	size_t found = configuration_strangers(c, apart);
	struct runs sides[3];
	int result;

	runs_of(sides, c, apart);
	if (found) {
		bool slower = sides[1].of.count;
		const struct proof proof = {PROVEN_THROUGHPUT, slower};
		const struct configuration *strangers = &sides[slower ? 1 : 2].of;
		struct causes causes;

		if (slower && sides[2].of.count)
			say_warning("%s is faster than its siblings, and left out", sides[2].name);
		causes_of(&causes, &sides[0].of, strangers, &o->common, &proof);
		result = o->common.format == FORMAT_JSON
				 ? explain_json(&causes, &sides[0].of, strangers)
				 : explain_page(&causes, &sides[0].of, strangers, o->common.format);
		causes_free(&causes);
	} else {
		result = explain_alike(c, o->common.format);
	}
	for (int side = 0; side < 3; side++)
		free(sides[side].of.runs);
	free(apart);
	return result;
}

static int explain_one(const struct explain_options *o)
{
	struct experiment e;
	const struct configuration *c;
	int result = -1;

	if (experiment_load(&e, &o->paths[0], 1, KEEP_WINDOW))
		return -1;
	c = only(&e, o->paths[0]);
	if (c)
		result = explain_strangers(c, o);
	experiment_free(&e);
	return result;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct explain_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case 'c':
		o->tested = arg;
		return 0;
	case ARGP_KEY_ARGS:
		o->paths = state->argv + state->next;
		o->path_count = state->argc - state->next;
		if (o->path_count > 2)
			argp_error(state, "expected two sets of runs, A and B, or one");
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no runs given: name two directories or files, A and B, or one");
		return 0;
	case ARGP_KEY_END:
		if (o->common.format == FORMAT_CSV)
			argp_error(state, "--format csv: an explanation is no table; take json");
		if (o->tested && o->path_count != 2)
			argp_error(state, "--confirm tests the cause of a difference: name A and B");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"confirm", 'c', "DIR", 0,
	 "what came of the command that is printed with the first cause: if the figure did not return, the cause is withdrawn",
	 0},
	{0},
};

static const char doc[] =
	"Why B is slower or dearer than A: one sentence for a report, then causes, the likeliest first, "
	"each with what speaks for it and against it, what would cure it, and how to make sure. Of one "
	"configuration: which runs are unlike their siblings, and why.\v"
	"A cause has a counter behind it that moved in nearly every run. Where there is none, that is "
	"the answer, with what moved and what was ruled out.\n"
	"\n"
	"Examples:\n"
	"  zcroi explain before after\n"
	"  zcroi explain out/rx=copy,tx=copy out/rx=copy,tx=send_zc\n"
	"  zcroi explain before/CONFIG new        A then and now, B now: run --against\n"
	"  zcroi explain out/rx=copy,tx=copy      runs that are unlike their siblings\n"
	"  zcroi explain --format json A B | jq -r '.causes[0].id'";

int command_explain(int argc, char **argv)
{
	static const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {options, parse, "A B\nDIR", doc, children, NULL, NULL};
	struct explain_options o = {.common = COMMON_DEFAULTS};
	int result;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	result = o.path_count == 2 ? explain_pair(&o) : explain_one(&o);
	return result ? EXIT_FAILED : EXIT_DONE;
}
