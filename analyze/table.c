// SPDX-License-Identifier: GPL-2.0-or-later
/* Which way of moving bytes pays best: one line per configuration. */
#include <argp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/commands.h"
#include "analyze/load/group.h"
#include "analyze/load/join.h"
#include "analyze/options.h"
#include "analyze/pages/hosts.h"
#include "analyze/pages/remarks.h"
#include "analyze/figures/design.h"
#include "base/say.h"

struct table_options {
	struct common common;
	enum quantity sort;
	bool wide;
	const char *by; /* a label that lines are put together by; NULL: none */
	char **paths;
	size_t path_count;
};

/* One configuration: each quantity of each of its runs. */
struct line {
	const struct configuration *configuration;
	double *values[QUANTITIES];
	size_t counts[QUANTITIES];
	double middle[QUANTITIES];
	struct interval interval[QUANTITIES]; /* of the typical run */
	size_t strangers;
};

static struct interval typical(const struct configuration *c, enum quantity q, const bool *apart,
			       const struct exponents *exponents)
{
	double *values = must_calloc(c->count + 1, sizeof(*values));
	struct interval interval;
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++) {
		double value = outcome_of(c->runs[i], exponents).of[q];

		if (!apart[i] && !isnan(value))
			values[n++] = value;
	}
	interval = stats_interval(values, n);
	free(values);
	return interval;
}

/* A host is one sample of a line that several share: the mean of its runs, which stand together. */
static size_t means_of_hosts(const struct configuration *c, enum quantity q,
			     const struct exponents *exponents, double *means)
{
	size_t count = 0;

	for (size_t from = 0, to; from < c->count; from = to) {
		const char *host = run_host(c->runs[from]);
		size_t n;

		for (to = from + 1; to < c->count; to++) {
			const char *other = run_host(c->runs[to]);

			if (host != other && !(host && other && !strcmp(host, other)))
				break;
		}
		n = outcomes(&c->runs[from], to - from, q, exponents, &means[count]);
		if (n) {
			means[count] = stats_mean(&means[count], n);
			count++;
		}
	}
	return count;
}

static void fill_joined(struct line *line, const struct configuration *c,
			const struct exponents *exponents)
{
	line->configuration = c;
	for (enum quantity q = 0; q < QUANTITIES; q++) {
		line->values[q] = must_calloc(c->count + 1, sizeof(double));
		line->counts[q] = means_of_hosts(c, q, exponents, line->values[q]);
		line->middle[q] = stats_mean(line->values[q], line->counts[q]);
		line->interval[q] = stats_interval(line->values[q], line->counts[q]);
	}
}

static void fill_line(struct line *line, const struct configuration *c,
		      const struct exponents *exponents)
{
	bool *apart = must_calloc(c->count + 1, sizeof(*apart));

	line->configuration = c;
	line->strangers = configuration_strangers(c, apart);
	for (enum quantity q = 0; q < QUANTITIES; q++) {
		line->interval[q] = typical(c, q, apart, exponents);
		line->values[q] = must_calloc(c->count, sizeof(double));
		line->counts[q] = outcomes(c->runs, c->count, q, exponents, line->values[q]);
		line->middle[q] = stats_middle(line->values[q], line->counts[q]);
	}
	free(apart);
}

struct order {
	enum quantity by;
	int sign;
};

/* What pays best first; what was not measured last. */
static int compare_lines(const void *a, const void *b, void *order_of)
{
	const struct order *order = order_of;
	double x = ((const struct line *)a)->middle[order->by];
	double y = ((const struct line *)b)->middle[order->by];

	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	return order->sign * ((x > y) - (x < y));
}

static bool any_measured(const struct line *lines, size_t count, enum quantity q)
{
	for (size_t i = 0; i < count; i++)
		if (lines[i].counts[q])
			return true;
	return false;
}

/* Which quantities are columns, and which of them have their interval beside them. */
struct columns {
	enum quantity quantity[QUANTITIES];
	bool interval[QUANTITIES];
	size_t count;
};

static void lay(struct columns *columns, enum quantity q, bool interval)
{
	columns->quantity[columns->count] = q;
	columns->interval[columns->count++] = interval;
}

static struct columns columns_of(const struct table_options *o, const struct line *lines,
				 size_t count)
{
	struct columns columns = {.count = 0};

	for (enum quantity q = 0; q < QUANTITIES; q++) {
		bool end_only = q == ROI_CPU_RX || q == ROI_CPU_TX || q == POWER_RX ||
				q == POWER_TX || q == ROI_POWER_RX || q == ROI_POWER_TX;
		bool power = q == POWER_RX || q == POWER_TX || q == POWER_TOTAL ||
			     q == ROI_POWER_RX || q == ROI_POWER_TX || q == ROI_POWER_TOTAL;

		if (end_only && !o->wide && q != o->sort)
			continue;
		/* A laptop has no power meter: columns of nothing would only make lines long. */
		if (power && !any_measured(lines, count, q))
			continue;
		lay(&columns, q, o->wide || q == THROUGHPUT || q == ROI_CPU_TOTAL || q == o->sort);
	}
	return columns;
}

static void add_columns(struct table *t, const struct columns *columns,
			const struct exponents *exponents)
{
	table_column(t, "configuration", "configuration", "", COLUMN_TEXT, 0);
	table_column(t, "runs", "runs", "", COLUMN_NUMBER, 0);
	for (size_t i = 0; i < columns->count; i++) {
		enum quantity q = columns->quantity[i];
		const struct quantity_info *info = quantity_info(q);
		bool percent = !strcmp(info->unit, "%");
		char heading[64];

		quantity_heading(q, exponents, heading, sizeof(heading));
		table_column(t, info->name, heading, info->unit, COLUMN_NUMBER,
			     percent ? 1 : DECIMALS_AUTO);
		if (columns->interval[i])
			table_column(t, info->name, "95 %", info->unit, COLUMN_INTERVAL,
				     percent ? 1 : DECIMALS_AUTO);
	}
}

static bool is_of_end(enum quantity q)
{
	return q == CPU_RX || q == CPU_TX || q == ROI_CPU_RX || q == ROI_CPU_TX;
}

static void add_line(struct table *t, const struct columns *columns, const struct line *line)
{
	cell_text(t, "%s%s", line->configuration->name, line->strangers ? " *" : "");
	cell_number(t, line->configuration->count);
	for (size_t i = 0; i < columns->count; i++) {
		enum quantity q = columns->quantity[i];
		struct interval interval = line->interval[q];

		if (isnan(line->middle[q]) && is_of_end(q) &&
		    cpu_shared(line->configuration->runs[0]))
			cell_missing(t, is_attached(line->configuration->runs[0]) ? "whole machine"
										  : "shared");
		else if (isnan(line->middle[q]) && is_attached(line->configuration->runs[0]))
			cell_missing(t, "attached");
		else
			cell_number(t, line->middle[q]);
		if (columns->interval[i])
			cell_interval(t, interval.low, interval.high);
	}
}

/*
 * The first line against every other, as one family of tests: the first is first because it was
 * picked, so that it beats the second proves less than it seems. Compared as by diff.
 */
static void conclude(struct page *page, const struct line *lines, size_t count,
		     const struct table_options *o)
{
	enum quantity q = o->sort;
	struct comparison *against = must_calloc(count, sizeof(*against));
	double *p = must_calloc(count, sizeof(*p));

	for (size_t i = 1; i < count; i++) {
		struct design d;

		design_of(&d, lines[i].configuration, lines[0].configuration);
		against[i] = design_quantity(&d, q, &o->common.exponents, o->common.margin);
		p[i] = against[i].p_margin;
		design_free(&d);
	}
	p[0] = NAN;
	stats_holm(p, count);
	remark_best(page, quantity_info(q), lines[0].configuration, lines[0].middle[q], count,
		    count > 1 ? lines[1].configuration : NULL, against, p, o->common.margin);
	free(against);
	free(p);
}

static void build(struct page *page, const struct experiment *e, const struct table_options *o)
{
	struct line *lines = must_calloc(e->count, sizeof(*lines));
	struct order order = {o->sort, quantity_info(o->sort)->better == BETTER_LESS ? 1 : -1};
	struct table *t = page_table(page, "configurations", NULL);
	struct columns columns;
	size_t count = 0;

	for (size_t i = 0; i < e->count; i++)
		if (e->configurations[i].count)
			(o->by ? fill_joined : fill_line)(&lines[count++], &e->configurations[i],
							  &o->common.exponents);
	qsort_r(lines, count, sizeof(*lines), compare_lines, &order);
	columns = columns_of(o, lines, count);
	add_columns(t, &columns, &o->common.exponents);
	for (size_t i = 0; i < count; i++)
		add_line(t, &columns, &lines[i]);
	if (count && !o->by)
		conclude(page, lines, count, o);
	remark_hosts(page, e, o->by);
	remark_attached(page, e);
	remark_doubts(page, e);
	remark_contradictions(page, e);
	remark_shared(page, e);
	if (!o->by)
		remark_strangers(page, e);
	remark_copied(page, e);
	remark_control(page, e, &o->common.exponents);
	remark_unequal(page, e);
	remark_absent(page, e);
	remark_left_out(page, e);
	if (count && !o->by && o->common.format == FORMAT_TEXT)
		page_note(page, "Next: zcroi show components '%s'",
			  lines[0].configuration->directory);
	for (size_t i = 0; i < count; i++)
		for (enum quantity q = 0; q < QUANTITIES; q++)
			free(lines[i].values[q]);
	free(lines);
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
		if (o->sort == QUANTITIES)
			argp_error(state,
				   "--sort %s: expected roi, roi-rx, roi-tx, roi-power, throughput, cpu, cpu-rx, cpu-tx, power, zerocopy-rx or zerocopy-tx",
				   arg);
		return 0;
	case 'b':
		o->by = arg;
		return 0;
	case 'w':
		o->wide = true;
		return 0;
	case ARGP_KEY_ARGS:
		o->paths = state->argv + state->next;
		o->path_count = state->argc - state->next;
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
	 "the best first by roi (default), roi-rx, roi-tx, roi-power, throughput, cpu, …", 0},
	{"by", 'b', "LABEL", 0,
	 "lines of all directories and hosts put together by a label of zcprof, or by host, kernel or cpu_model",
	 0},
	{"wide", 'w', NULL, 0, "the ends' own ROI and every interval too", 0},
	{0},
};

static const char doc[] =
	"What each configuration gave and cost, the one that pays best first: throughput T at the "
	"receiver, CPU C (100 % is one CPU), power P, the share of bytes that was really not "
	"copied, and the return on investment T²/ΣC and T²/P.\v"
	"With five or more repeats the first and the last are thrown away and the rest is "
	"averaged; "
	"the 95 % interval beside it is that of all of them.\n"
	"\n"
	"Examples:\n"
	"  zcroi table out                         all configurations of an experiment\n"
	"  zcroi table --wide --sort roi-rx out    what pays best at the receiver\n"
	"  zcroi table --exponent 1 out            Gbit/s per percent of CPU\n"
	"  zcroi table --by rack fleet             one line for each label 'rack' of many hosts\n"
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
	build(page, &e, &o);
	result = page_print(page, o.common.format);
	page_free(page);
	experiment_free(&e);
	return result ? EXIT_FAILED : EXIT_DONE;
}
