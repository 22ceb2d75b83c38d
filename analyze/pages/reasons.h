/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why cells of a page have no figure: a number in the cell, and the sentence below the tables.
 *
 *   reasons_cell()   a word and the number of why
 *   reasons_notes()  the sentences; and all is freed
 */
#ifndef ANALYZE_PAGES_REASONS_H
#define ANALYZE_PAGES_REASONS_H

#include "page/page.h"

/* Of all of a page, so that one is read once. Starts zeroed. */
struct reasons {
	const char **at; /* the n-th is [n] */
	size_t count;
	struct arena texts;
};

void reasons_cell(struct reasons *r, struct table *t, const char *word, const char *why);
void reasons_notes(struct reasons *r, struct page *page);

#endif
