// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/pages/arranged.h"

#include <stdio.h>

#include "analyze/pages/pivot_tables.h"
#include "analyze/pages/published_table.h"

/* Each takes kilobytes, and is held against all others; studies have some forty. */
#define LINES_MAX 1000

static int put_tables(struct page *page, const struct experiment *e,
		      const struct arrangement *arrangement, const struct exponents *exponents,
		      struct reasons *reasons, char *why, size_t why_size)
{
	char prefix[24] = "", wrong[300];

	for (size_t i = 0; i < arrangement->table_count; i++) {
		struct pivot pivot = {.row_count = 0};

		if (pivot_line(&pivot, arrangement->tables[i], wrong, sizeof(wrong))) {
			snprintf(why, why_size, "\"table %.200s\": %s", arrangement->tables[i],
				 wrong);
			return -1;
		}
		if (arrangement->table_count > 1)
			snprintf(prefix, sizeof(prefix), "%zu", i + 1);
		pivot_print(page, &pivot, e, arrangement, exponents, prefix, reasons);
	}
	return 0;
}

int arranged_print(struct page *page, const struct experiment *e,
		   const struct arrangement *arrangement, const struct exponents *exponents,
		   char *why, size_t why_size)
{
	struct reasons reasons = {.count = 0};
	int result;

	if (arrangement->table_count + arrangement->published_count > LINES_MAX) {
		snprintf(why, why_size,
			 "it has %zu lines \"table\" and \"published\", and more than %d are too many",
			 arrangement->table_count + arrangement->published_count, LINES_MAX);
		return -1;
	}
	result = put_tables(page, e, arrangement, exponents, &reasons, why, why_size);
	if (!result)
		result = published_print(page, e, arrangement, exponents, &reasons, why, why_size);
	reasons_notes(&reasons, page);
	return result;
}
