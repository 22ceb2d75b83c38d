// SPDX-License-Identifier: GPL-2.0-or-later
/* What has to be said of CPU time that the ends of one machine share: whose it was. */
#include "analyze/pages/remarks.h"

#include <math.h>

#include "analyze/figures/cpu_time.h"

/* In percent of one CPU: less changes nothing that is printed. */
#define ACROSS_SEEN 1

static void find_most(double most[END_COUNT], double (*of)(const struct run *, enum record_end),
		      const struct experiment *e)
{
	for (enum record_end end = END_RX; end <= END_TX; end++)
		for (size_t i = 0; i < e->count; i++)
			for (size_t j = 0; j < e->configurations[i].count; j++)
				most[end] = fmax(most[end], of(e->configurations[i].runs[j], end));
}

static double gained_percent(const struct run *run, enum record_end end)
{
	return cpu_across(run, end).gained;
}

/* One machine has both ends: what a CPU does in softirqs may be for the end that it was not given to. */
void remark_across(struct page *page, const struct experiment *e)
{
	double known[END_COUNT] = {0}, unsure[END_COUNT] = {0};

	find_most(known, gained_percent, e);
	find_most(unsure, cpu_unsure, e);
	if (fmax(known[END_RX], known[END_TX]) >= ACROSS_SEEN)
		page_note(page,
			  "CPU time is by whose packet it was for, not by whose CPU: of softirqs on CPUs of the other end, where packets over veth are received, up to %.1f %% of a CPU are in C rx and up to %.1f %% in C tx.",
			  known[END_RX], known[END_TX]);
	if (fmax(unsure[END_RX], unsure[END_TX]) >= ACROSS_SEEN)
		page_note(page,
			  "C rx and C tx are by CPU, and both are on one machine, where softirqs of one end run on CPUs of the other, over veth and loopback always: up to %.1f %% of a CPU in C tx may be rx's, and up to %.1f %% in C rx tx's. ROI of one end and its components are as unsure; their sum is right. Ends in network namespaces of their own (--link veth), with source softirq, are told apart.",
			  unsure[END_TX], unsure[END_RX]);
}
