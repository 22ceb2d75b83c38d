// SPDX-License-Identifier: GPL-2.0-or-later
/* Bars made of parts, one panel for each end: CPU time by mode, and by component. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/figures/efficiency.h"
#include "analyze/figures/ledger.h"
#include "analyze/plot/plot.h"

/* Those of the page (web/page.css), by the same rule: parts by their rank, what is unmapped and no work apart. */
#define APART "#c9d0d8"
static const char *const colours[] = {"#4674c9", "#e0a01b", "#e0604f", "#58b3a4", "#43974f",
				      "#7fb0ea", "#9a68cf", "#e58bb4", "#8f6a4d", "#97a3b3",
				      "#b8c94a", "#3f8fa3", "#c4a3e8", "#c2b8a3"};
#define COLOURS (sizeof(colours) / sizeof(*colours))

#define PANELS_MAX 3

/* What is drawn: value() of a configuration, a panel and a part. */
struct stacked {
	const char *title, *unit;
	const char *const *panels;
	size_t panel_count; /* PANELS_MAX at most */
	const char **parts;
	const char *const *own; /* a colour for each of them; NULL: by their order */
	size_t part_count;
	double (*value)(const struct configuration *c, size_t panel, const char *part,
			size_t number);
};

static const char *colour_of(const struct stacked *s, size_t part)
{
	if (s->own)
		return s->own[part];
	return strcmp(s->parts[part], "unmapped") ? colours[part % COLOURS] : APART;
}

/* How far the bars of a panel reach; 0: it has none. */
static double reach(const struct plotting *p, const struct stacked *s, size_t panel)
{
	double most = 0;

	for (size_t i = 0; i < p->lines->count; i++) {
		double sum = 0;

		for (size_t part = 0; part < s->part_count; part++) {
			double value = s->value(p->lines->at[i].configuration, panel,
						s->parts[part], part);

			sum += isnan(value) ? 0 : value;
		}
		most = fmax(most, sum);
	}
	return fmin(1.04 * most, 1e300);
}

static void put_panel(const struct plotting *p, const struct stacked *s, size_t panel)
{
	for (size_t part = 0; part < s->part_count; part++) {
		fprintf(p->out, "$p%zu_%zu << EOD\n", panel, part);
		for (size_t i = 0; i < p->lines->count; i++) {
			const struct configuration *c = p->lines->at[i].configuration;
			double from = 0, value = s->value(c, panel, s->parts[part], part);

			for (size_t below = 0; below < part; below++) {
				double v = s->value(c, panel, s->parts[below], below);

				from += isnan(v) ? 0 : v;
			}
			fprintf(p->out, "%zu", i);
			plot_number(p->out, from);
			plot_number(p->out, from + (isnan(value) ? 0 : value));
			fputc('\n', p->out);
		}
		fputs("EOD\n", p->out);
	}
}

static void put_rows(const struct plotting *p)
{
	fputs("set ytics (", p->out);
	for (size_t i = 0; i < p->lines->count; i++) {
		fputs(i ? ", " : "", p->out);
		plot_name(p->out, p->lines->at[i].configuration->name);
		fprintf(p->out, " %zu", i);
	}
	fprintf(p->out, ")\nset yrange [%zu.6:-0.6]\n", p->lines->count - 1);
}

/* As a part of the picture's width: what the longest name takes, but not all of it. */
static double names_width(const struct plotting *p)
{
	size_t longest = 0;

	for (size_t i = 0; i < p->lines->count; i++) {
		size_t len = strlen(p->lines->at[i].configuration->name);

		longest = len > longest ? len : longest;
	}
	return fmin(0.4, 0.02 + 0.0082 * (double)longest);
}

/* Pixels above and below the bars: title and panels' titles; numbers of the axis; a line of the legend. */
#define ABOVE	  64
#define AXIS	  34
#define LEGEND	  20
#define IN_A_LINE 7

static size_t legend_lines(const struct stacked *s)
{
	return (s->part_count + IN_A_LINE - 1) / IN_A_LINE;
}

static size_t height_of(const struct plotting *p, const struct stacked *s)
{
	return ABOVE + 26 * p->lines->count + AXIS + LEGEND * legend_lines(s);
}

static void put_legend(const struct plotting *p, const struct stacked *s)
{
	double height = (double)height_of(p, s);

	for (size_t i = 0; i < s->part_count; i++) {
		size_t line = legend_lines(s) - i / IN_A_LINE, place = i % IN_A_LINE;

		fprintf(p->out, "set label %zu ", i + 1);
		plot_text(p->out, s->parts[i]);
		fprintf(p->out, " at screen %.3f,%.3f left offset 1,0 point pt 5 ps 1 lc rgb '%s'\n",
			0.03 + 0.138 * (double)place, LEGEND * ((double)line - 0.5) / height,
			colour_of(s, i));
	}
}

static void put_bars(const struct plotting *p, const struct stacked *s, size_t panel)
{
	for (size_t part = 0; part < s->part_count; part++)
		fprintf(p->out,
			"%s$p%zu_%zu using (($2+$3)/2):1:(($3-$2)/2):(0.36) with boxxyerror lc rgb '%s'",
			part ? ", \\\n     " : "", panel, part, colour_of(s, part));
	fputc('\n', p->out);
}

static int plot_stacked(struct plotting *p, const struct stacked *s, const char *none)
{
	double most[PANELS_MAX] = {0}, furthest = 0, height = (double)height_of(p, s);
	size_t shown = 0;

	for (size_t panel = 0; panel < s->panel_count; panel++) {
		shown += (most[panel] = reach(p, s, panel)) > 0;
		furthest = fmax(furthest, most[panel]);
	}
	if (!shown)
		return plot_none(p, "%s", none);
	plot_start(p, s->title, (size_t)height);
	/* Names at the left of the first panel, what the colours mean below all. */
	fprintf(p->out,
		"unset title\nset multiplot layout 1,%zu margins %.3f,0.98,%.3f,%.3f spacing 0.03 title ",
		shown, names_width(p), (AXIS + LEGEND * (double)legend_lines(s)) / height,
		1 - ABOVE / height);
	plot_text(p->out, s->title);
	fputc('\n', p->out);
	put_legend(p, s);
	put_rows(p);
	for (size_t panel = 0, put = 0; panel < s->panel_count; panel++) {
		if (!(most[panel] > 0))
			continue;
		put_panel(p, s, panel);
		fprintf(p->out,
			"set title '%s, %s'\n%sset xrange [0:%.6g]\nset format x '%%g'\nset xtics autofreq\nplot ",
			s->panels[panel], s->unit, put++ ? "unset label\nunset ytics\n" : "",
			furthest);
		put_bars(p, s, panel);
	}
	fputs("unset multiplot\n", p->out);
	return 0;
}

static double mode_value(const struct configuration *c, size_t panel, const char *part,
			 size_t number)
{
	(void)part;
	return mode_percent(c, (enum mode)number, (enum scope)panel);
}

int plot_cpu(struct plotting *p)
{
	static const char *const panels[] = {"rx", "tx", "total"};
	static const char *const own[] = {"#4674c9", "#7fb0ea", "#e0a01b",
					  "#e0604f", "#8a6fb5", APART};
	const char *modes[] = {"user", "system", "softirq", "irq", "unaccounted", "iowait"};
	const struct stacked s = {
		"CPU time by mode; 100 % is one CPU. C is what stands before iowait",
		"%",
		panels,
		3,
		modes,
		own,
		6,
		mode_value};

	return plot_stacked(p, &s, "the records have no CPU time by mode");
}

/* The mean of the runs that sampled that end. */
static double component_value(const struct configuration *c, size_t panel, const char *part,
			      size_t number)
{
	enum record_end end = panel ? END_TX : END_RX;
	double sum = 0;
	size_t runs = 0;

	(void)number;
	for (size_t i = 0; i < c->count; i++) {
		struct ledger ledger = ledger_of(c->runs[i]);

		runs += !isnan(ledger.sum[LEDGER_TOTAL][end]);
		for (size_t j = 0; j < ledger.count; j++)
			if (ledger.at[j].end == end &&
			    !strcmp(cost_component(ledger.at[j].key), part))
				sum += ledger.at[j].ns_per_kb;
		ledger_free(&ledger);
	}
	return runs ? sum / (double)runs : NAN;
}

/* Components of both ends that no run before had. */
static void add_parts(struct stacked *s, const struct run *run)
{
	struct ledger ledger = ledger_of(run);

	for (size_t i = 0; i < ledger.count; i++) {
		const char *name = cost_component(ledger.at[i].key);
		size_t at = 0;

		while (at < s->part_count && strcmp(s->parts[at], name) != 0)
			at++;
		if (at == s->part_count && ledger.at[i].end != END_HOST)
			ARRAY_ADD(s->parts, s->part_count) = name;
	}
	ledger_free(&ledger);
}

struct ranked {
	const char *name;
	double sum;
};

static int by_sum(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->sum < y->sum) - (x->sum > y->sum);
}

/* The dearest of all configurations first. */
static void rank_parts(const struct plotting *p, struct stacked *s)
{
	struct ranked *ranked = calloc(s->part_count + 1, sizeof(*ranked));

	for (size_t part = 0; ranked && part < s->part_count; part++) {
		ranked[part].name = s->parts[part];
		for (size_t i = 0; i < p->lines->count; i++)
			for (size_t panel = 0; panel < s->panel_count; panel++) {
				double value = component_value(p->lines->at[i].configuration, panel,
							       s->parts[part], part);

				ranked[part].sum += isnan(value) ? 0 : value;
			}
	}
	if (ranked)
		qsort(ranked, s->part_count, sizeof(*ranked), by_sum);
	for (size_t part = 0; ranked && part < s->part_count; part++)
		s->parts[part] = ranked[part].name;
	free(ranked);
}

int plot_components(struct plotting *p)
{
	static const char *const panels[] = {"rx", "tx"};
	struct stacked s = {"CPU time per KB of payload, by component",
			    "ns/KB",
			    panels,
			    2,
			    NULL,
			    NULL,
			    0,
			    component_value};
	int result;

	for (size_t i = 0; i < p->lines->count; i++)
		for (size_t j = 0; j < p->lines->at[i].configuration->count; j++)
			add_parts(&s, p->lines->at[i].configuration->runs[j]);
	rank_parts(p, &s);
	result = plot_stacked(p, &s, "the records have no samples of where CPU time went");
	free(s.parts);
	return result;
}
