/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What gnuplot makes of a chart's script, in memory.
 *
 *   picture_of()    the picture of a chart as a format of picture.c has it
 *   picture_free()
 *
 * gnuplot is a child without a shell; script and picture go through files without a name.
 */
#ifndef ANALYZE_PLOT_PICTURE_H
#define ANALYZE_PLOT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/plot/plot.h"

enum picture_format { PICTURE_SVG, PICTURE_PNG, PICTURE_PDF, PICTURE_SCRIPT };

struct picture {
	char *bytes;
	size_t size;
	char why[256]; /* there is none */
	bool empty;    /* because the records have none of it */
};

/*
 * EXIT_DONE; EXIT_FAILED where the records have none of it, or gnuplot did not draw it; EXIT_UNABLE where there is
 * no gnuplot. p->out is set here.
 */
int picture_of(struct picture *picture, const struct plot *plot, struct plotting *p,
	       enum picture_format format);
void picture_free(struct picture *picture);

#endif
