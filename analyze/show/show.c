// SPDX-License-Identifier: GPL-2.0-or-later
/* One part of the runs of a configuration. */
#include "analyze/show/show.h"

#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/commands.h"
#include "analyze/figures/sampling.h"
#include "analyze/options.h"
#include "analyze/pages/remarks.h"
#include "analyze/show/stacks.h"
#include "base/say.h"

static const struct subject parts[] = {
	{"syscalls", "System calls", show_syscalls, KEEP_WINDOW, NULL},
	{"latency", "Latency of calls, and from NAPI to the copy", show_latency, KEEP_WINDOW, NULL},
	{"symbols", "Functions", show_symbols, KEEP_WINDOW, "profile"},
	{"components", "Components", show_components, KEEP_WINDOW, "profile"},
	{"parts", "What to act on, beneath the components", show_parts, KEEP_WINDOW, "profile"},
	{"receive", "Bytes per receive", show_receive, KEEP_WINDOW, NULL},
	{"efficiency", "What a core and a watt gave", show_efficiency, KEEP_WINDOW, "cpu"},
	{"modes", "CPU time by mode", show_modes, KEEP_WINDOW, "cpu"},
	{"cpu", "CPUs", show_cpu, KEEP_WINDOW, NULL},
	{"threads", "Threads", show_threads, KEEP_WINDOW, "cpu"},
	{"tcp", "TCP connections", show_tcp, KEEP_WINDOW, NULL},
	{"nic", "Device", show_nic, KEEP_WINDOW, NULL},
	{"softnet", "Backlog", show_softnet, KEEP_WINDOW, NULL},
	{"softirq", "Softirqs", show_softirq, KEEP_WINDOW, NULL},
	{"iowait", "Waits for I/O", show_iowait, KEEP_WINDOW, NULL},
	{"series", "Throughput inside the window", show_series, KEEP_MOMENTS, NULL},
	{"selfcost", "What measuring cost", show_selfcost, KEEP_WINDOW, NULL},
	{"facts", "Facts", show_facts, KEEP_WINDOW, NULL},
	{"cstate", "Idle states", show_cstate, KEEP_WINDOW, NULL},
};

/* What is no page, but a file for other programs. */
static const struct file_part {
	const char *name;
	int (*print)(const struct configuration *c);
} file_parts[] = {
	{"folded", stacks_folded}, {"speedscope", stacks_speedscope}, {"pprof", stacks_pprof}};

struct show_options {
	struct common common;
	size_t lines;
	const struct subject *part;
	const struct file_part *file;
	const char *source;
	char **paths;
	size_t path_count;
};

static const char *absent_somewhere(const struct run *run, const char *source)
{
	const char *reason = NULL;

	for (enum record_end end = 0; end < RECORD_ENDS && !reason; end++)
		reason = run_absent(run, end, source);
	return reason;
}

/* A mean of fewer runs than it is given for. */
static void note_partly(const struct view *v, const char *source)
{
	const struct configuration *c = v->configuration;
	const char *reason = NULL;
	size_t absent = 0;

	for (size_t i = 0; i < c->count; i++) {
		const char *here = absent_somewhere(c->runs[i], source);

		absent += here != NULL;
		reason = reason ? reason : here;
	}
	if (absent && absent < c->count)
		page_note(v->page,
			  "In %zu of %zu runs %s was not measured, or not all of it, and what is missing there is in no mean: %s",
			  absent, c->count, source, reason);
}

void show_unmeasured(const struct view *v, const char *source, const char *what)
{
	const char *reason = NULL;

	for (size_t i = 0; i < v->configuration->count && !reason; i++)
		reason = absent_somewhere(v->configuration->runs[i], source);
	page_note(v->page, "%s: not measured%s%s", what, reason ? ": " : "",
		  reason ? reason : "; the record has no rows of it and gives no reason");
}

double show_window_ns(const struct view *v, const char *source)
{
	const struct configuration *c = v->configuration;
	double sum = 0;
	size_t runs = 0;

	for (size_t i = 0; i < c->count; i++) {
		double ns = run_figure(c->runs[i], METRIC_collector_window, END_HOST, source);

		for (enum record_end end = END_RX; isnan(ns) && end <= END_TX; end++)
			ns = run_figure(c->runs[i], METRIC_path_window_ns, end, NULL);
		if (isnan(ns))
			continue;
		sum += ns;
		runs++;
	}
	return runs ? sum / runs : NAN;
}

bool show_sampled(const struct view *v, const char *source)
{
	for (size_t i = 0; i < v->configuration->count; i++)
		if (run_figure(v->configuration->runs[i], METRIC_collector_slices,
			       run_machine(v->configuration->runs[i], END_RX), source) > 0)
			return true;
	return false;
}

void show_margin_column(struct table *t, const char *name)
{
	table_column(t, name, "±", "%", COLUMN_NUMBER, 1);
}

void show_margin(struct table *t, double part)
{
	if (isnan(part))
		cell_missing(t, "-");
	else
		cell_number(t, 100 * part);
}

double show_margin_of(double samples)
{
	return samples > 0 ? sampling_margin(1 / sqrt(samples), INFINITY) : NAN;
}

struct table *show_table(const struct view *v, const char *name, enum record_end end,
			 const char *what)
{
	char title[512];
	const struct configuration *c = v->configuration;
	int used = snprintf(title, sizeof(title), "%s of %s, %.300s", what, record_end_name[end],
			    c->name);

	if (c->count > 1)
		snprintf(title + used, sizeof(title) - used, ", mean of %zu runs", c->count);
	return page_table(v->page, name, title);
}

/* A source that has no part of its own. */
static const struct subject source_part = {NULL, NULL, show_source, KEEP_WINDOW, NULL};

const struct subject *show_subject(size_t number)
{
	return number < sizeof(parts) / sizeof(*parts) ? &parts[number] : NULL;
}

void show_one(const struct subject *part, const struct view *v)
{
	part->show(v);
	note_partly(v, part->source ? part->source : part->name ? part->name : v->source);
}

static bool is_source(const char *name)
{
	for (enum metric_id id = 0; id < METRIC_COUNT; id++)
		if (!strcmp(metric_info(id)->source, name))
			return true;
	return false;
}

static const struct subject *part_named(const char *name)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (!strcmp(parts[i].name, name))
			return &parts[i];
	return NULL;
}

/* Runs of different configurations have no mean. */
static const struct configuration *only_one(const struct experiment *e)
{
	const struct configuration *found = NULL;

	for (size_t i = 0; i < e->count; i++) {
		if (!e->configurations[i].count)
			continue;
		if (found) {
			say_error("these are runs of %zu configurations, which have no mean; name one of them, such as '%s'",
				  e->count, found->directory);
			return NULL;
		}
		found = &e->configurations[i];
	}
	if (!found)
		say_error("only control repeats are there, and they have nothing to show");
	return found;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct show_options *o = state->input;
	char *rest;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case 'n':
		o->lines = strtoul(arg, &rest, 10);
		if (rest == arg || *rest || *arg == '-')
			argp_error(state, "--lines %s: expected a number, 0 for all", arg);
		return 0;
	case ARGP_KEY_ARG:
		if (o->part || o->file)
			return ARGP_ERR_UNKNOWN; /* comes back as ARGP_KEY_ARGS */
		o->part = part_named(arg);
		for (size_t i = 0; i < sizeof(file_parts) / sizeof(*file_parts); i++)
			if (!strcmp(file_parts[i].name, arg))
				o->file = &file_parts[i];
		o->source = arg;
		if (!o->part && is_source(arg))
			o->part = &source_part;
		if (!o->part && !o->file)
			argp_error(state,
				   "there is no part '%s'; give syscalls, latency, symbols, components, parts, receive, efficiency, modes, cpu, cstate, threads, tcp, nic, softnet, softirq, iowait, series, selfcost, facts, folded, speedscope, pprof, or a source such as locks or pagepool",
				   arg);
		return 0;
	case ARGP_KEY_ARGS:
		o->paths = state->argv + state->next;
		o->path_count = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		if ((!o->part && !o->file) || !o->path_count)
			argp_error(state, "expected a part, such as components, and then runs");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"lines", 'n', "N", 0, "of symbols at most so many (default 40; 0: all)", 0},
	{0},
};

static const char doc[] =
	"One part of the runs of a configuration; of several repeats the mean.\v"
	"Parts:\n"
	"  syscalls    calls, errors and times, laid out as by perf trace -s\n"
	"  latency     how each call's time is distributed: median, 90 %, 99 %; and the\n"
	"              time that data waits between NAPI and the copy\n"
	"  symbols     functions by their samples, laid out as by perf report\n"
	"  components  CPU ns per KB of payload by component and context, and their sum\n"
	"  parts       of them what one can act on: netfilter, packet taps, qdiscs …\n"
	"  receive     bytes per receive, as a histogram\n"
	"  efficiency  throughput per core, per core and GHz, per watt; J per GB\n"
	"  modes       CPU time of each end: user, system, softirq, irq and others\n"
	"  cpu         each CPU's time by mode\n"
	"  cstate      each CPU's time by idle state, and its frequency\n"
	"  threads     CPU time of the threads of both ends\n"
	"  tcp, nic, softnet   connections, device, backlog\n"
	"  softirq     each CPU's NET_RX and NET_TX, and NAPI's polls\n"
	"  iowait      time that threads were blocked in iowait, by system call\n"
	"  series      throughput inside the window\n"
	"  selfcost    what measuring cost\n"
	"  folded, speedscope, pprof   the stacks, for flamegraph.pl and others\n"
	"  facts       everything that was chosen and found\n"
	"  pagepool, genpool, locks, holds, iouring, copy, skb, pagealloc, power\n"
	"              and any other source of docs/metrics.md: all that it counted\n"
	"\n"
	"Examples:\n"
	"  zcroi show components out/rx=copy,tx=copy\n"
	"  zcroi show symbols --lines 20 out/rx=copy,tx=copy/run-1.csv\n"
	"  zcroi show syscalls --format csv out/rx=copy,tx=copy";

int command_show(int argc, char **argv)
{
	static const struct argp_child children[] = {{&format_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {options, parse, "PART DIR|FILE…", doc, children, NULL, NULL};
	struct show_options o = {.common = COMMON_DEFAULTS, .lines = 40};
	struct experiment e;
	struct view v;
	int result = -1;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (experiment_load(&e, o.paths, o.path_count, o.part ? o.part->keep : KEEP_WINDOW))
		return EXIT_FAILED;
	v = (struct view){page_new(), only_one(&e), o.lines, o.source};
	if (v.configuration && o.file) {
		result = o.file->print(v.configuration);
	} else if (v.configuration && o.part) {
		show_one(o.part, &v);
		remark_doubts(v.page, &e);
		result = page_print(v.page, o.common.format);
	}
	page_free(v.page);
	experiment_free(&e);
	return result ? EXIT_FAILED : EXIT_DONE;
}
