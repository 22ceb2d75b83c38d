// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/report/overview.h"

#include "analyze/pages/arranged.h"
#include "analyze/pages/remarks.h"
#include "analyze/pages/ways.h"

/* What the lines are in order of: CPU ROI, or what of it the records have. */
static enum quantity order_of(const struct experiment *e, const struct common *common,
			      struct lines *lines)
{
	static const enum quantity orders[] = {ROI_CPU_TOTAL, ROI_CPU_RX, ROI_CPU_TX, THROUGHPUT};
	const size_t count = sizeof(orders) / sizeof(*orders);

	for (size_t i = 0; i < count; i++) {
		*lines = lines_of(e, &common->exponents, orders[i], false);
		if (lines->count && lines->at[0].counts[orders[i]])
			return orders[i];
		if (i + 1 < count)
			lines_free(lines);
	}
	return orders[count - 1];
}

int overview_open(struct overview *r, const struct experiment *e, const struct common *common,
		  const char *title, const char *directory, char *why, size_t why_size)
{
	struct arrangement arrangement;
	int result;

	*r = (struct overview){
		.experiment = e,
		.common = *common,
		.title = title,
		.ways = page_new(),
		.conclusion = page_new(),
		.arranged = page_new(),
		.absent = page_new(),
		.remarks = page_new(),
	};
	r->by = order_of(e, common, &r->lines);
	ways_table(r->ways, &r->lines, e, r->by, WAYS_NARROW, &common->exponents);
	ways_conclude(r->conclusion, &r->lines, r->by, common);
	remark_absent(r->absent, e, true);
	ways_remarks(r->remarks, e, &common->exponents, NULL);
	remark_refused(r->remarks, e);
	arrangement_read(&arrangement, directory);
	result = arranged_print(r->arranged, e, &arrangement, &common->exponents, why, why_size);
	arrangement_free(&arrangement);
	return result;
}

void overview_still(struct overview *r)
{
	r->pictures = pictures_draw(&r->lines, &r->common);
}

void overview_free(struct overview *r)
{
	pictures_free(r->pictures);
	lines_free(&r->lines);
	page_free(r->ways);
	page_free(r->conclusion);
	page_free(r->arranged);
	page_free(r->absent);
	page_free(r->remarks);
}
