/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One chart as a script for gnuplot, its data in it.
 *
 *   plot_start()    the height in pixels and what all charts have
 *   plot_text()     a text of a record as gnuplot takes it: nothing in it is computed or run
 *   plot_name()     a name, as short as a chart has room for
 *   plot_number()   a figure, or one that is missing
 *   plot_find()     a chart by its name; NULL: there is none
 *   plot_number_of()  one after the other
 *   plot_names()    all names, between commas
 *   plot_none()     say why there is nothing to draw
 */
#ifndef ANALYZE_PLOT_PLOT_H
#define ANALYZE_PLOT_PLOT_H

#include <stdio.h>

#include "analyze/figures/lines.h"
#include "analyze/options.h"

/* Bytes of a name that is put beside a row. */
#define PLOT_NAME_MAX 56

struct plotting {
	FILE *out; /* the script */
	const struct lines *lines;
	const struct common *common;
	char why[160]; /* there is no chart */
};

struct plot {
	const char *name, *what;
	enum run_keep keep;
	/* 0, or -1 and why: the records have none of it. */
	int (*write)(struct plotting *p);
};

const struct plot *plot_find(const char *name);
/* NULL behind the last. */
const struct plot *plot_number_of(size_t number);
/* The reason why there is no chart; returns -1. */
int plot_none(struct plotting *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *plot_names(char *text, size_t size);

void plot_start(const struct plotting *p, const char *title, size_t height);
void plot_text(FILE *out, const char *text);
/* A name beside a row of the chart: of a long one the beginning and the end, for which there is room. */
void plot_name(FILE *out, const char *name);
void plot_number(FILE *out, double value);

/* Of the files of this folder. */
int plot_roi(struct plotting *p);
int plot_power_roi(struct plotting *p);
int plot_throughput(struct plotting *p);
int plot_power(struct plotting *p);
int plot_cpu(struct plotting *p);
int plot_components(struct plotting *p);
int plot_series(struct plotting *p);

#endif
