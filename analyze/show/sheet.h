/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table with one row per end and key, and one column per metric of a source.
 *
 *   show_sheet()  prints it, or why there is none; with how well it is known, where it was counted in slices
 */
#ifndef ANALYZE_SHOW_SHEET_H
#define ANALYZE_SHOW_SHEET_H

#include "analyze/show/show.h"

struct sheet {
	const char *name;
	const char *title;
	const char *key; /* heading of the key's column */
	const char *source;
	bool skip_zeros; /* a row of nothing but zeros is not worth a line */
	struct {
		enum metric_id id;
		const char *heading;
		const char *unit;
		double scale; /* 0: as percent of the window */
		int decimals;
	} columns[10];
};

void show_sheet(const struct view *v, const struct sheet *sheet);

#endif
