// SPDX-License-Identifier: GPL-2.0-or-later
/* The conclusion, the table, why the first is before the next, and where the CPU time of both went. */
#include <stdio.h>

#include "analyze/pages/explain_words.h"
#include "analyze/report/overview.h"
#include "analyze/show/show.h"

/* Of the first configurations: what a reader holds against each other. */
#define COMPARED 2

static int put(struct page *page)
{
	int result = page_print(page, FORMAT_MD);

	putchar('\n');
	return result;
}

static int put_why(const struct overview *r)
{
	const struct configuration *a = r->lines.at[0].configuration;
	const struct configuration *b = r->lines.at[1].configuration;
	struct page *page = page_new();
	struct causes causes;
	int result;

	causes_of(&causes, a, b, &r->common, NULL);
	page_heading(page, 2, "Why %s is not as %s", b->name, a->name);
	explain_fill(page, &causes, a, b);
	result = put(page);
	causes_free(&causes);
	page_free(page);
	return result;
}

static int put_components(const struct configuration *c)
{
	struct view v = {page_new(), c, 0, "profile"};
	int result;

	page_heading(v.page, 2, "Where the CPU time of %s went", c->name);
	show_components(&v);
	result = put(v.page);
	page_free(v.page);
	return result;
}

int overview_text(const struct overview *r)
{
	int result;

	page_heading(r->conclusion, 1, "%s", r->title);
	result = put(r->conclusion);
	if (!result)
		result = put(r->ways);
	if (!result && !page_empty(r->arranged))
		result = put(r->arranged);
	if (!result && r->lines.count > 1)
		result = put_why(r);
	for (size_t i = 0; !result && i < r->lines.count && i < COMPARED; i++)
		result = put_components(r->lines.at[i].configuration);
	if (!result)
		result = put(r->absent);
	return result ? result : put(r->remarks);
}
