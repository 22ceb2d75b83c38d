// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/report/overview.h"

#include "analyze/pages/remarks.h"
#include "analyze/pages/ways.h"

void overview_open(struct overview *r, const struct experiment *e, const struct common *common,
		   const char *title)
{
	*r = (struct overview){
		.experiment = e,
		.common = *common,
		.title = title,
		.lines = lines_of(e, &common->exponents, ROI_CPU_TOTAL, false),
		.ways = page_new(),
		.conclusion = page_new(),
		.absent = page_new(),
		.remarks = page_new(),
	};
	ways_table(r->ways, &r->lines, e, ROI_CPU_TOTAL, false, &common->exponents);
	ways_conclude(r->conclusion, &r->lines, ROI_CPU_TOTAL, common);
	remark_absent(r->absent, e);
	ways_remarks(r->remarks, e, &common->exponents, NULL);
	remark_refused(r->remarks, e);
}

void overview_free(struct overview *r)
{
	lines_free(&r->lines);
	page_free(r->ways);
	page_free(r->conclusion);
	page_free(r->absent);
	page_free(r->remarks);
}
