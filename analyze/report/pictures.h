/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Charts that do not move, for a page without the libraries that draw them: zcroi plot's, by gnuplot.
 *
 *   pictures_draw()  those of which the records have something
 *   pictures_html()  one of them as a figure; nothing where there is none
 *   pictures_why()   why there are none: gnuplot is not here, or failed; NULL. Some without the others would be taken
 *                    for all
 *   pictures_left_out()  configurations that stand in none, for they are too many
 *   pictures_free()
 *
 * In the page they are images, not part of the document: nothing in one can run or reach out of it.
 */
#ifndef ANALYZE_REPORT_PICTURES_H
#define ANALYZE_REPORT_PICTURES_H

#include <stdio.h>

#include "analyze/figures/lines.h"
#include "analyze/options.h"

struct pictures;

struct pictures *pictures_draw(const struct lines *lines, const struct common *common);
void pictures_html(FILE *out, const struct pictures *pictures, const char *name);
size_t pictures_left_out(const struct pictures *pictures);
const char *pictures_why(const struct pictures *pictures);
void pictures_free(struct pictures *pictures);

#endif
