/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page that zcroi report writes: all of an experiment in one file.
 *
 *   overview_open()   what is on it, computed
 *   overview_still()  with charts that do not move
 *   overview_html()   as a document that a browser opens, and needs nothing else for
 *   overview_text()   what of it belongs into a merge request, as Markdown on standard output
 *   overview_free()
 */
#ifndef ANALYZE_REPORT_OVERVIEW_H
#define ANALYZE_REPORT_OVERVIEW_H

#include <stdio.h>

#include "analyze/figures/lines.h"
#include "analyze/options.h"
#include "analyze/report/pictures.h"
#include "page/page.h"

struct overview {
	const struct experiment *experiment;
	struct common common;
	const char *title;
	struct lines lines;
	enum quantity by;	   /* what they are in order of */
	struct page *ways;	   /* the table of all configurations */
	struct page *conclusion;   /* which pays best */
	struct page *arranged;	   /* as the plan has it, beside what was published */
	struct page *absent;	   /* what was not measured */
	struct page *remarks;	   /* what else has to be known */
	struct pictures *pictures; /* charts; NULL: the page draws its own */
};

/* directory: whose plan says how it is printed. 0, or -1 with why: a line of that is wrong. To be freed in any case. */
int overview_open(struct overview *r, const struct experiment *e, const struct common *common,
		  const char *title, const char *directory, char *why, size_t why_size);
/* Charts by gnuplot, in place of those that the page would draw. */
void overview_still(struct overview *r);
/* 0, or -1 where memory or the file refused it. */
int overview_html(const struct overview *r, FILE *out);
/* 0, or -1 after saying that standard output refused it. */
int overview_text(const struct overview *r);
void overview_free(struct overview *r);

#endif
