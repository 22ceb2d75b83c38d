// SPDX-License-Identifier: GPL-2.0-or-later
/* What explain says of two configurations: of any two where they are few, else of the first and each. */
#include "analyze/causes/causes.h"
#include "analyze/pages/explain_words.h"
#include "analyze/report/data.h"
#include "page/embed.h"

/* So many configurations have 132 pairs, each some kilobytes. */
#define ALL_PAIRS 12

static json_t *pair(const struct overview *r, size_t a, size_t b)
{
	const struct configuration *first = r->lines.at[a].configuration;
	const struct configuration *second = r->lines.at[b].configuration;
	struct page *page = page_new();
	struct causes causes;
	json_t *made;

	causes_of(&causes, first, second, &r->common, NULL);
	explain_fill(page, &causes, first, second);
	made = script_page(page);
	causes_free(&causes);
	page_free(page);
	return made;
}

json_t *data_pairs(const struct overview *r)
{
	json_t *pairs = json_object();
	char name[48];

	for (size_t a = 0; a < r->lines.count; a++) {
		for (size_t b = 0; b < r->lines.count; b++) {
			if (a == b || (r->lines.count > ALL_PAIRS && a && b))
				continue;
			snprintf(name, sizeof(name), "%zu-%zu", a, b);
			json_object_set_new(pairs, name, pair(r, a, b));
		}
	}
	return pairs;
}
