/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has to be said below a table, in plain words.
 *
 *   refused_word(), missing_word()       what stands in the cell of a figure that a configuration lacks
 *   remark_shared()      where CPU time belongs to no end alone
 *   remark_across()      where softirqs of one end ran on CPUs of the other, and whether C knows it
 *   remark_across_unlike()  where C knows it of one set of runs and not of the other
 *   remark_doubts()       which runs are not what they seem: held up, or not billed to anyone
 *   remark_best()         which configuration pays best, and how sure that is
 *   remark_contradictions() which runs have figures that contradict each other
 *   remark_clocks()      where the clocks by which delays were counted do not agree, or are not known to
 *   remark_owed()        where latencies leave out requests that had no answer, or datagrams that were not sent
 *   remark_strangers()   which runs are unlike their siblings
 *   remark_copied()      where the kernel copied although a zero-copy path was asked for
 *   remark_linked()      where it says that it copied more than it did
 *   remark_control()     what instrumentation did to the throughput
 *   remark_unequal()     what differs between runs and should be equal
 *   remark_undefined()   of which runs a result is by something of which there was none
 *   remark_absent()      what was not measured, and, where reasons are asked for or there is one alone, why
 *   remark_refused()     which configurations were not run, and why
 *   remark_left_out()    which files were left out
 */
#ifndef ANALYZE_PAGES_REMARKS_H
#define ANALYZE_PAGES_REMARKS_H

#include "analyze/load/group.h"
#include "page/page.h"
#include "analyze/figures/roi.h"
#include "analyze/figures/design.h"

/*
 * against[i]: the best against line i, from 1 on; p: their p_margin after Holm. next is line 1, or
 * NULL where there is only one line.
 */
void remark_best(struct page *page, const struct quantity_info *quantity,
		 const struct configuration *best, double value, size_t count,
		 const struct configuration *next, const struct comparison *against,
		 const double *p, double margin);
/* Whether CPU time is known of both ends together only. */
bool cpu_shared(const struct run *run);
const char *missing_word(const struct configuration *c, enum quantity q);
void remark_attached(struct page *page, const struct experiment *e);
void remark_doubts(struct page *page, const struct experiment *e);
void remark_contradictions(struct page *page, const struct experiment *e);
void remark_shared(struct page *page, const struct experiment *e);
void remark_clocks(struct page *page, const struct experiment *e);
void remark_across(struct page *page, const struct experiment *e);
void remark_across_unlike(struct page *page, const struct experiment *a, const struct experiment *b);
void remark_owed(struct page *page, const struct experiment *e);
void remark_strangers(struct page *page, const struct experiment *e);
void remark_copied(struct page *page, const struct experiment *e);
void remark_linked(struct page *page, const struct experiment *e);
void remark_control(struct page *page, const struct experiment *e,
		    const struct exponents *exponents);
void remark_unequal(struct page *page, const struct experiment *e);
void remark_undefined(struct page *page, const struct experiment *e,
		      const struct exponents *exponents);
void remark_absent(struct page *page, const struct experiment *e, bool reasons);
/* What stands in the cell of a configuration that was not run. */
const char *refused_word(const struct fact *refusal);
void remark_refused(struct page *page, const struct experiment *e);
void remark_left_out(struct page *page, const struct experiment *e);

#endif
