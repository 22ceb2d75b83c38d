// SPDX-License-Identifier: GPL-2.0-or-later
/* What if a part of the cost were nothing, and how large buffers have to be for a rate. */
#include <argp.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/causes/figures.h"
#include "analyze/causes/limit.h"
#include "analyze/commands.h"
#include "analyze/figures/average.h"
#include "analyze/figures/bound.h"
#include "analyze/figures/sizing.h"
#include "analyze/options.h"
#include "base/quantity.h"
#include "base/say.h"

#define SPARED_MAX 16
/* Shares below are not worth a line. */
#define LEAST_SHARE 0.01

struct whatif_options {
	struct common common;
	struct spared spared[SPARED_MAX];
	size_t spared_count;
	enum record_end end; /* END_HOST: the one whose CPU is the limit, or that is busier */
	struct need need;
	char *path;
};

/* ---- without a part of the cost ---- */

static enum record_end end_of(const struct configuration *c, const struct whatif_options *o,
			      const struct limit *limit)
{
	const struct spared other = {COMPONENT_other, PART_COUNT, NULL, "other"};
	double rx = spared_share(c->runs[0], END_RX, &other, 1);

	if (o->end != END_HOST)
		return o->end;
	if (limit->end != END_HOST)
		return limit->end;
	if (isnan(rx))
		return END_TX;
	return average_of_runs(c, figure_busiest, END_TX) >
			       average_of_runs(c, figure_busiest, END_RX)
		       ? END_TX
		       : END_RX;
}

static void add_quantity(struct table *t, const struct configuration *c, enum quantity q,
			 double factor, const struct interval *ratio,
			 const struct exponents *exponents)
{
	double *values = must_calloc(c->count + 1, sizeof(*values));
	double now = stats_mean(values, outcomes(c->runs, c->count, q, exponents, values));
	double low = pow(ratio->low, factor), high = pow(ratio->high, factor);

	free(values);
	if (isnan(now))
		return;
	cell_text(t, "%s", quantity_info(q)->words);
	cell_text(t, "%s", quantity_info(q)->unit);
	cell_number(t, now);
	cell_number(t, now * pow(ratio->center, factor));
	cell_number(t, pow(ratio->center, factor));
	cell_interval(t, fmin(low, high), fmax(low, high));
}

/* The end's CPU bounds T: then its time stays, and T^n rises. Else T stays, and its time falls. */
static void bound_table(struct page *page, const struct configuration *c, const struct bound *b,
			enum record_end end, bool cpu_bound, const struct exponents *exponents)
{
	struct table *t = page_table(page, "bounds", NULL);
	enum quantity cpu = end == END_RX ? CPU_RX : CPU_TX;
	enum quantity roi = end == END_RX ? ROI_CPU_RX : ROI_CPU_TX;

	table_column(t, "figure", "figure", "", COLUMN_TEXT, 0);
	table_column(t, "unit", "unit", "", COLUMN_TEXT, 0);
	table_column(t, "now", "now", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "bound", "bound", "", COLUMN_NUMBER, DECIMALS_EACH);
	table_column(t, "ratio", "bound/now", "", COLUMN_NUMBER, 3);
	table_column(t, "ratio", "95 %", "", COLUMN_INTERVAL, 3);
	if (cpu_bound) {
		add_quantity(t, c, THROUGHPUT, 1, &b->ratio, exponents);
		add_quantity(t, c, REQUESTS, 1, &b->ratio, exponents);
		add_quantity(t, c, roi, exponents->throughput, &b->ratio, exponents);
	} else {
		add_quantity(t, c, cpu, -1, &b->ratio, exponents);
		add_quantity(t, c, roi, 1, &b->ratio, exponents);
	}
}

/* With the other end's CPU as it is, throughput may rise only so far. */
static void note_other_end(struct page *page, const struct configuration *c, enum record_end end,
			   double ratio)
{
	enum record_end other = end == END_RX ? END_TX : END_RX;
	double busy = average_of_runs(c, figure_busiest, other);

	if (busy > 1 && 100 / busy < ratio)
		page_note(page,
			  "Before that the CPU of %s, %.0f %% busy, would be the limit, at x %.3g of the throughput.",
			  record_end_name[other], busy, 100 / busy);
}

/* The bound takes an end's CPUs for one: what is all on the busiest of them may hold back more than its share. */
static void note_spread(struct page *page, const struct configuration *c, enum record_end end,
			const struct exponents *exponents)
{
	double *values = must_calloc(c->count + 1, sizeof(*values));
	enum quantity cpu = end == END_RX ? CPU_RX : CPU_TX;
	double all = stats_mean(values, outcomes(c->runs, c->count, cpu, exponents, values));
	double busiest = average_of_runs(c, figure_busiest, end);

	free(values);
	if (all > 1.05 * busiest)
		page_note(page,
			  "%s took %.0f %% of CPU time on several CPUs, the busiest of them %.0f %%: of throughput it is a bound only where each of them has the same share of this. If the busiest has more of it than the others, more may be gained.",
			  record_end_name[end], all, busiest);
}

static void without_page(struct page *page, const struct configuration *c,
			 const struct whatif_options *o)
{
	bool *apart = must_calloc(c->count + 1, sizeof(*apart));
	struct limit limit = limit_of(c, apart);
	enum record_end end = end_of(c, o, &limit);
	bool unknown = !strcmp(limit.id, "unknown");
	/* A record that does not say what the limit was is taken at its word of a CPU that was full. */
	bool cpu_bound = limit.end == end || (unknown && o->spared_count);
	struct bound b = bound_of(c, end, o->spared, o->spared_count);
	char names[512] = "";

	free(apart);
	for (size_t i = 0; i < o->spared_count; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
			 i ? ", " : "", o->spared[i].name);
	if (isnan(b.share)) {
		page_lead(page, "%s has no samples at %s: nothing can be said.", c->directory,
			  record_end_name[end]);
		return;
	}
	page_lead(page,
		  "Without %s at %s, which is %.1f %% of its CPU cost, %s could be x %.3g at the %s: a bound, for what takes its place costs something too.",
		  names, record_end_name[end], 100 * b.share,
		  cpu_bound ? "throughput" : "its CPU time",
		  cpu_bound ? b.ratio.center : 1 / b.ratio.center, cpu_bound ? "most" : "least");
	page_lead(page, "limit      %s%s", limit.words,
		  unknown ? ": if it was that CPU, throughput rises; if not, its CPU time falls by the same ratio"
			  : "");
	bound_table(page, c, &b, end, cpu_bound, &o->common.exponents);
	if (cpu_bound) {
		note_spread(page, c, end, &o->common.exponents);
		note_other_end(page, c, end, b.ratio.center);
	}
}

struct line {
	const char *name, *of;
	struct bound bound;
};

static int by_share(const void *a, const void *b)
{
	double x = ((const struct line *)a)->bound.share, y = ((const struct line *)b)->bound.share;

	return (x < y) - (x > y);
}

static void all_page(struct page *page, const struct configuration *c,
		     const struct whatif_options *o)
{
	bool *apart = must_calloc(c->count + 1, sizeof(*apart));
	struct limit limit = limit_of(c, apart);
	enum record_end end = end_of(c, o, &limit);
	struct table *t = page_table(page, "bounds", NULL);
	struct line *lines = NULL;
	size_t count = 0;

	free(apart);
	for (int i = 0; i < COMPONENT_COUNT + PART_COUNT; i++) {
		bool part = i >= COMPONENT_COUNT;
		struct spared one = {part ? COMPONENT_COUNT : i,
				     part ? i - COMPONENT_COUNT : PART_COUNT, NULL,
				     part ? part_name(i - COMPONENT_COUNT) : component_name(i)};
		struct bound b = bound_of(c, end, &one, 1);

		if (i != COMPONENT_idle && b.share >= LEAST_SHARE)
			ARRAY_ADD(lines, count) = (struct line){
				one.name,
				part ? component_name(part_component(i - COMPONENT_COUNT)) : "", b};
	}
	ARRAY_SORT(lines, count, by_share);
	page_lead(page, "What %s could give at the most if one of these cost nothing; limit: %s.",
		  record_end_name[end], limit.words);
	table_column(t, "without", "without", "", COLUMN_TEXT, 0);
	table_column(t, "part_of", "part of", "", COLUMN_TEXT, 0);
	table_column(t, "share_percent", "share", "%", COLUMN_NUMBER, 1);
	table_column(t, "ratio", "bound", "x", COLUMN_NUMBER, 3);
	table_column(t, "ratio", "95 %", "", COLUMN_INTERVAL, 3);
	for (size_t i = 0; i < count; i++) {
		cell_text(t, "%s", lines[i].name);
		cell_text(t, "%s", lines[i].of);
		cell_number(t, 100 * lines[i].bound.share);
		cell_number(t, lines[i].bound.ratio.center);
		cell_interval(t, lines[i].bound.ratio.low, lines[i].bound.ratio.high);
	}
	if (limit.end == end)
		note_spread(page, c, end, &o->common.exponents);
	page_note(page,
		  "Of throughput where this end's CPU is the limit, else one by it of its CPU time. These are bounds: what takes the place of a part costs something too.");
	free(lines);
}

/* A name that is neither of the map nor sampled anywhere is a slip, not a cost of zero. */
static int check_names(const struct configuration *c, const struct whatif_options *o)
{
	for (size_t i = 0; i < o->spared_count; i++) {
		bool found = !o->spared[i].function;

		for (size_t run = 0; run < c->count && !found; run++)
			found = spared_share(c->runs[run], END_RX, &o->spared[i], 1) > 0 ||
				spared_share(c->runs[run], END_TX, &o->spared[i], 1) > 0;
		if (found)
			continue;
		say_error("--without %s: no component, part or function of that name is in %s; 'zcroi whatif %s' lists components and parts, and 'zcroi show symbols' functions",
			  o->spared[i].name, o->path, o->path);
		return -1;
	}
	return 0;
}

/* ---- sizes ---- */

static void sizes_page(struct page *page, struct need *need)
{
	struct size sizes[SIZES_MAX];
	size_t count = sizes_of(need, sizes);
	struct table *t = page_table(page, "sizes", NULL);
	char numbers[5][32];

	page_lead(page,
		  "For %s Gbit/s at a round trip of %s us; a CPU that looks away for %s us, data that is held for %s us, buffers of %s bytes.",
		  figure_words(need->rate / 1e9, numbers[0], sizeof(numbers[0])),
		  figure_words(need->rtt_s * 1e6, numbers[1], sizeof(numbers[1])),
		  figure_words(need->pause_s * 1e6, numbers[2], sizeof(numbers[2])),
		  figure_words(need->hold_s * 1e6, numbers[3], sizeof(numbers[3])),
		  figure_words(need->buffer, numbers[4], sizeof(numbers[4])));
	table_column(t, "name", "what", "", COLUMN_TEXT, 0);
	table_column(t, "meaning", "meaning", "", COLUMN_TEXT, 0);
	table_column(t, "value", "at least", "", COLUMN_NUMBER, 0);
	table_column(t, "unit", "unit", "", COLUMN_TEXT, 0);
	for (size_t i = 0; i < count; i++) {
		cell_text(t, "%s", sizes[i].name);
		cell_text(t, "%s", sizes[i].what);
		cell_number(t, sizes[i].value);
		cell_text(t, "%s", sizes[i].unit);
		page_note(page, "%s: %s. %s.", sizes[i].name, sizes[i].formula, sizes[i].source);
	}
	if (2 * need->rate / 8 * need->rtt_s > 3e6)
		page_note(page,
			  "Of what waits in a receive buffer, what is beyond about 3 MB is out of the share of the cache that a NIC may write to (DDIO), and is fetched from memory again: SIGCOMM 2021. So give buffers what stands here, and not more.");
}

/* ---- the command ---- */

static int answer(const struct whatif_options *o, struct experiment *e)
{
	const struct configuration *c = e ? &e->configurations[0] : NULL;
	struct need need = o->need;
	struct page *page;
	int result;

	if (c && (e->count != 1 || !c->count)) {
		say_error("%s has %zu configurations; name the directory of one, such as %s",
			  o->path, e->count, c->directory);
		return -1;
	}
	if (!isnan(need.rate)) {
		sizing_need(&need, c);
		if (isnan(need.rtt_s)) {
			say_error("a size needs the round trip: give --rtt, such as 100us, or a run that measured it");
			return -1;
		}
	}
	if (c && check_names(c, o))
		return -1;
	page = page_new();
	if (!isnan(need.rate))
		sizes_page(page, &need);
	else if (c && o->spared_count)
		without_page(page, c, o);
	else if (c)
		all_page(page, c, o);
	result = page_print(page, o->common.format);
	page_free(page);
	return result;
}

static double seconds_of(const char *option, const char *arg, struct argp_state *state)
{
	double seconds = 0;
	const char *why;

	if (quantity_time(arg, &seconds, &why) || !(seconds > 0))
		argp_error(state, "--%s %s: expected a time, such as 100us or 0.5ms", option, arg);
	return seconds;
}

static double size_of(const char *option, const char *arg, struct argp_state *state)
{
	const char *why;
	uint64_t bytes = 0;

	if (quantity_size(arg, &bytes, &why) || !bytes)
		argp_error(state, "--%s %s: expected bytes, such as 4096 or 64K", option, arg);
	return bytes;
}

static double rate_of(const char *arg, struct argp_state *state)
{
	const char *why;
	uint64_t bits = 0;

	if (quantity_rate(arg, &bits, &why) || !bits)
		argp_error(state, "--rate %s: expected bit/s, such as 200G", arg);
	return bits;
}

static void parse_end(const char *arg, struct whatif_options *o, struct argp_state *state)
{
	if (strcmp(arg, "rx") && strcmp(arg, "tx"))
		argp_error(state, "--end %s: expected rx or tx", arg);
	o->end = strcmp(arg, "rx") ? END_TX : END_RX;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct whatif_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case 'w':
		if (o->spared_count == SPARED_MAX)
			argp_error(state, "--without: at most %d", SPARED_MAX);
		o->spared[o->spared_count++] = spared_find(arg);
		return 0;
	case 'E':
		parse_end(arg, o, state);
		return 0;
	case 'r':
		o->need.rate = rate_of(arg, state);
		return 0;
	case 't':
		o->need.rtt_s = seconds_of("rtt", arg, state);
		return 0;
	case 'p':
		o->need.pause_s = seconds_of("pause", arg, state);
		return 0;
	case 'h':
		o->need.hold_s = seconds_of("hold", arg, state);
		return 0;
	case 'b':
		o->need.buffer = size_of("buffer", arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (o->path)
			argp_error(state, "expected one run, or the directory of one configuration");
		o->path = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->path && isnan(o->need.rate))
			argp_error(state,
				   "no run given: name one, or give --rate and --rtt for sizes");
		if (o->spared_count && !isnan(o->need.rate))
			argp_error(state, "--without and --rate are two questions: ask one of them");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"without", 'w', "WHAT", 0,
	 "a component, a part of one (zcroi show components, parts) or a function that is to cost nothing; several may be given",
	 0},
	{"end", 'E', "rx|tx", 0, "of this end; without it of the one whose CPU is the limit", 0},
	{"rate", 'r', "RATE", 0, "how large buffers have to be for so many bit/s, such as 200G", 1},
	{"rtt", 't', "TIME", 0, "at this round trip, such as 100us", 1},
	{"pause", 'p', "TIME", 0, "softirqs may look away from their ring so long; default 500us",
	 1},
	{"hold", 'h', "TIME", 0,
	 "the application sits on data so long; without it p99 of the run's delay, or 2ms", 1},
	{"buffer", 'b', "BYTES", 0, "size of a buffer of the ring; default 4096", 1},
	{0},
};

static const char doc[] =
	"What a run could give at the most if a part of its CPU cost were nothing; or, with --rate, how large "
	"buffers, rings, areas and batches have to be.\v"
	"A bound is a place to stop: with 14.5 million packets per second and 30 % of the time in the page "
	"allocator, no allocator however good gives more than 20.\n"
	"\n"
	"Examples:\n"
	"  zcroi whatif out/rx=copy,tx=copy           every component and part\n"
	"  zcroi whatif --without 'page allocator' out/rx=copy,tx=copy\n"
	"  zcroi whatif --without data_copy --end rx out/rx=copy,tx=copy/run-1.csv\n"
	"  zcroi whatif --rate 200G --rtt 100us\n"
	"  zcroi whatif --rate 400G out/rx=zcrx,tx=copy   by its round trip and delays";

int command_whatif(int argc, char **argv)
{
	static const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {options, parse, "[RUN|DIR]", doc, children, NULL, NULL};
	struct whatif_options o = {.common = COMMON_DEFAULTS,
				   .need = {NAN, NAN, NAN, NAN, NAN, NAN, NAN}};
	struct experiment e;
	int result;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (o.path && experiment_load(&e, &o.path, 1, KEEP_WINDOW))
		return EXIT_FAILED;
	result = answer(&o, o.path ? &e : NULL);
	if (o.path)
		experiment_free(&e);
	return result ? EXIT_FAILED : EXIT_DONE;
}
