/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pivot on a page.
 *
 *   pivot_print()  its tables; why cells have no figure goes to the page's reasons
 */
#ifndef ANALYZE_PAGES_PIVOT_TABLES_H
#define ANALYZE_PAGES_PIVOT_TABLES_H

#include "analyze/figures/grid.h"
#include "analyze/pages/reasons.h"
#include "page/page.h"

/* prefix: of the tables' names where a page has several pivots, else "". */
void pivot_print(struct page *page, const struct pivot *p, const struct experiment *e,
		 const struct arrangement *arrangement, const struct exponents *exponents,
		 const char *prefix, struct reasons *reasons);

#endif
