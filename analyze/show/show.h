/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of runs that zcroi show prints. Each adds its tables and notes to the page; what was
 * not measured is a note with the reason.
 */
#ifndef ANALYZE_SHOW_SHOW_H
#define ANALYZE_SHOW_SHOW_H

#include "analyze/load/group.h"
#include "page/page.h"

struct view {
	struct page *page;
	const struct configuration *configuration;
	size_t lines;	    /* of a long list; 0: all */
	const char *source; /* of show_source() */
};

/* What zcroi show can be asked for by name, beside a source of the registry. */
struct subject {
	const char *name;
	const char *title; /* a heading; NULL: it is no table */
	void (*show)(const struct view *v);
	enum run_keep keep;
	const char *source; /* whose figures it shows; NULL: of its own name */
};

/* One after the other, in the order in which they are worth reading; NULL after the last. */
const struct subject *show_subject(size_t number);
/* What a part, or show_source() of view->source, prints: with a note where some runs lack it. */
void show_one(const struct subject *part, const struct view *v);

void show_syscalls(const struct view *v);
void show_latency(const struct view *v);
void show_requests(const struct view *v); /* a part of latency; nothing where there were none */
void show_receive(const struct view *v);
void show_symbols(const struct view *v);
void show_components(const struct view *v);
void show_parts(const struct view *v);
void show_facts(const struct view *v);
void show_efficiency(const struct view *v);
void show_modes(const struct view *v);
void show_cpu(const struct view *v);
void show_cstate(const struct view *v);
void show_threads(const struct view *v);
void show_tcp(const struct view *v);
void show_nic(const struct view *v);
void show_softnet(const struct view *v);
void show_softirq(const struct view *v);
void show_iowait(const struct view *v);
void show_selfcost(const struct view *v);
void show_series(const struct view *v);
/* Of v->source, a name in the registry. */
void show_source(const struct view *v);

/* Notes why a source has no rows at any end. */
void show_unmeasured(const struct view *v, const char *source, const char *what);
/* How long a source measured, or where it does not say the window: the mean of the runs, in ns. */
double show_window_ns(const struct view *v, const char *source);
/* In slices, in one run at least. */
bool show_sampled(const struct view *v, const char *source);
/* A column and a cell of half the 95 % interval, a part of the figure; NAN: there is none, or it is not known. */
void show_margin_column(struct table *t, const char *name);
void show_margin(struct table *t, double part);
/* Of so many samples. */
double show_margin_of(double samples);
/* "System calls of rx, rx=copy,tx=copy, mean of 5 runs" above a table of its own for an end. */
struct table *show_table(const struct view *v, const char *name, enum record_end end,
			 const char *what);

#endif
