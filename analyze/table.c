// SPDX-License-Identifier: GPL-2.0-or-later
/* Which way of moving bytes pays best: one line per configuration. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/commands.h"
#include "analyze/figures/chosen.h"
#include "analyze/load/join.h"
#include "analyze/options.h"
#include "analyze/pages/arranged.h"
#include "analyze/pages/pivot_tables.h"
#include "analyze/pages/remarks.h"
#include "analyze/pages/ways.h"
#include "base/say.h"
#include "base/shell.h"

struct table_options {
	struct common common;
	enum quantity sort;
	bool wide, flat;
	bool absent; /* why each thing was not measured, too */
	struct pivot pivot;
	const char *by; /* a label that lines are put together by; NULL: none */
	char **paths;
	size_t path_count;
};

static bool has_source(const struct run *run, const char *source)
{
	for (size_t i = 0; i < run->figure_count; i++)
		if (!strcmp(metric_info(run->figures[i].id)->source, source))
			return true;
	return false;
}

/* Programs are given all there is. */
static bool for_programs(const struct table_options *o)
{
	return o->common.format == FORMAT_CSV || o->common.format == FORMAT_JSON;
}

/* People are told what was not measured in one line, unless they ask why. */
static bool reasons_asked(const struct table_options *o)
{
	return o->absent || for_programs(o);
}

static void build_lines(struct page *page, const struct experiment *e, const struct table_options *o)
{
	struct lines lines = lines_of(e, &o->common.exponents, o->sort, o->by);

	ways_table(page, &lines, e, o->sort,
		   o->wide	     ? WAYS_WIDE
		   : for_programs(o) ? WAYS_DATA
				     : WAYS_NARROW,
		   &o->common.exponents);
	if (!o->by)
		ways_conclude(page, &lines, o->sort, &o->common);
	ways_remarks(page, e, &o->common.exponents, o->by);
	remark_refused(page, e);
	remark_absent(page, e, reasons_asked(o));
	if (lines.count && !o->by && o->common.format == FORMAT_TEXT) {
		const struct configuration *first = lines.at[0].configuration;
		/* A record alone may lie among others, such as those of attach. */
		char *word =
			shell_quoted(first->count == 1 ? first->runs[0]->path : first->directory);

		page_note(page, "Next: zcroi show %s %s",
			  has_source(first->runs[0], "profile") ? "components" : "facts", word);
		free(word);
	}
	lines_free(&lines);
}

/* As was asked; else as the plan that the first directory keeps says; else a line for each configuration. */
static int build(struct page *page, struct experiment *e, const struct table_options *o)
{
	struct arrangement arrangement;
	struct reasons reasons = {.count = 0};
	bool asked = pivot_asked(&o->pivot), lines;
	char why[600];
	int result = 0;

	arrangement_read(&arrangement, o->paths[0]);
	lines = o->flat || !(asked || arrangement.table_count);
	/* Of a pivot all say what was counted at all, and so what is a zero. */
	if (asked)
		pivot_print(page, &o->pivot, e, &arrangement, &o->common.exponents, "", &reasons);
	if (o->pivot.where_count && chosen_keep(e, &o->pivot)) {
		reasons_notes(&reasons, page);
		arrangement_free(&arrangement);
		return -1;
	}
	if (lines)
		build_lines(page, e, o);
	if (!asked && !o->flat)
		result = arranged_print(page, e, &arrangement, &o->common.exponents, why,
					sizeof(why));
	reasons_notes(&reasons, page);
	if (result)
		say_error("%s/plan: %s; mend it, or give --flat", o->paths[0], why);
	if (!lines) {
		ways_remarks(page, e, &o->common.exponents, o->by);
		remark_absent(page, e, reasons_asked(o));
	}
	arrangement_free(&arrangement);
	return result;
}

/* One of --rows, --cols, --value and --where. */
static void parse_pivot(struct pivot *pivot, const char *word, const char *arg,
			struct argp_state *state)
{
	char why[300];

	if (pivot_take(pivot, word, arg, why, sizeof(why)))
		argp_error(state, "--%s %s: %s", word, arg, why);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct table_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case 's':
		o->sort = quantity_find(arg);
		o->flat = true;
		if (o->sort == QUANTITIES)
			argp_error(state,
				   "--sort %s: expected roi, roi-rx, roi-tx, roi-power, throughput, cpu, cpu-rx, cpu-tx, power, zerocopy-rx, zerocopy-tx, requests, p50, p99, p99.9, p99.99, packets, packets-cpu, roi-packets or lost",
				   arg);
		return 0;
	case 'b':
		o->by = arg;
		o->flat = true;
		return 0;
	case 'w':
		o->wide = o->flat = true;
		return 0;
	case 'l':
		o->flat = true;
		return 0;
	case 'a':
		o->absent = true;
		return 0;
	case 'r':
		parse_pivot(&o->pivot, "rows", arg, state);
		return 0;
	case 'c':
		parse_pivot(&o->pivot, "cols", arg, state);
		return 0;
	case 'v':
		parse_pivot(&o->pivot, "value", arg, state);
		return 0;
	case 'W':
		parse_pivot(&o->pivot, "where", arg, state);
		return 0;
	case ARGP_KEY_ARGS:
		o->paths = state->argv + state->next;
		o->path_count = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		if (o->flat && pivot_asked(&o->pivot))
			argp_error(state,
				   "--rows, --cols and --value are of a pivot, and --by, --sort, --wide and --flat of one line per configuration: give those of one");
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no runs given: name a directory of zcprof run, or files");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"sort", 's', "BY", 0,
	 "the best first by roi (default), roi-rx, roi-tx, roi-power, throughput, cpu, cpu-rx, cpu-tx, power, zerocopy-rx, zerocopy-tx, requests, p50, p99, p99.9, p99.99, packets, packets-cpu, roi-packets, lost",
	 0},
	{"by", 'b', "LABEL", 0,
	 "lines of all directories and hosts put together by a label of zcprof, or by host, kernel or cpu_model",
	 0},
	{"wide", 'w', NULL, 0, "the ends' own ROI and every interval too", 0},
	{"absent", 'a', NULL, 0, "below it, why each thing that was not measured was not", 0},
	{"rows", 'r', "NAMES", 0,
	 "a pivot: rows by these options or facts, such as path,read or rx-nic:driver", 0},
	{"cols", 'c', "NAMES", 0, "and columns by these, such as cpus; without it the figures are",
	 0},
	{"value", 'v', "FIGURES", 0,
	 "with these figures: T, C, P, ROI, C-rx or any of --sort, such as requests, p99, packets, packets-cpu or lost, or any of a record, such as rx-cpu.iowait; more in zcroi(1) (T,C,ROI)",
	 0},
	{"where", 'W', "NAME=VALUES", 0,
	 "only the configurations of which NAME is one of VALUES; may be given again", 0},
	{"flat", 'l', NULL, 0, "one line per configuration, though the plan says how to print it",
	 0},
	{0},
};

static const char doc[] =
	"What each configuration gave and cost, the one that pays best first: throughput T at the "
	"receiver, CPU C (100 % is one CPU), power P, the share of bytes that was really not "
	"copied, and the return on investment T²/ΣC and T²/P.\v"
	"With five or more repeats the first and the last are thrown away and the rest is "
	"averaged; "
	"the 95 % interval beside it is that of all of them. --rows and --cols lay the figures out by "
	"what was chosen; what varies beside it makes a table of its own. So does a line "
	"'table rows=… cols=… value=…' of the plan that DIR keeps; what its lines 'published …' say stands beside it.\n"
	"\n"
	"Examples:\n"
	"  zcroi table out                         all configurations of an experiment\n"
	"  zcroi table --wide --sort roi-rx out    what pays best at the receiver\n"
	"  zcroi table --where tx=copy,uring --sort throughput out\n"
	"  zcroi table --exponent 1 out            Gbit/s per percent of CPU\n"
	"  zcroi table --rows path --cols read --value T,ROI out\n"
	"  zcroi table --rows path --value C,rx-latency.napi_to_copy@p99 out\n"
	"  zcroi table --by rack fleet             many hosts, a line for each rack\n"
	"  zcroi table --format json out | jq '.configurations[0].roi_cpu_total'";

int command_table(int argc, char **argv)
{
	static const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {options, parse, "DIR|FILE…", doc, children, NULL, NULL};
	struct table_options o = {.common = COMMON_DEFAULTS, .sort = ROI_CPU_TOTAL};
	struct experiment e;
	struct page *page;
	int result;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (experiment_load(&e, o.paths, o.path_count, KEEP_WINDOW))
		return EXIT_FAILED;
	if (o.by && experiment_join(&e, o.by)) {
		experiment_free(&e);
		return EXIT_FAILED;
	}
	page = page_new();
	result = build(page, &e, &o) || page_print(page, o.common.format);
	page_free(page);
	experiment_free(&e);
	return result ? EXIT_FAILED : EXIT_DONE;
}
