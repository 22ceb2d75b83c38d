/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What flows count by time, one by one: latencies, delays and how late sends were. Each is a histogram of fine buckets
 * in which its flow counts; those of all flows add up exactly, and what lies between two moments is their difference.
 *
 *   distributions_add()    add those of a flow, as they are now
 *   distributions_write()  what came from one moment to another, as rows
 */
#ifndef DATAPATH_DISTRIBUTIONS_H
#define DATAPATH_DISTRIBUTIONS_H

#include "datapath/flow.h"
#include "record/histogram.h"
#include "record/writer.h"

enum distribution {
	LATENCIES,
	SERVICE_TIMES,
	NOTIFICATION_DELAYS,
	ONE_WAY_DELAYS,
	DELAY_VARIATIONS,
	LATENESSES,
	DISTRIBUTIONS
};

struct distributions {
	uint64_t of[DISTRIBUTIONS][HISTOGRAM_FINE_BUCKETS];
};

void distributions_add(struct distributions *sum, const struct flow *f);
void distributions_write(const struct distributions *from, const struct distributions *to,
			 enum record_end end, struct writer *out);

#endif
