/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pivot on a page.
 *
 *   pivot_print()  its tables, and notes for those cells that say why they have no figure
 */
#ifndef ANALYZE_PAGES_PIVOT_TABLES_H
#define ANALYZE_PAGES_PIVOT_TABLES_H

#include "analyze/figures/grid.h"
#include "page/page.h"

/* prefix: of the tables' names where a page has several pivots, else "". */
void pivot_print(struct page *page, const struct pivot *p, const struct experiment *e,
		 const struct arrangement *arrangement, const struct exponents *exponents,
		 const char *prefix);

#endif
