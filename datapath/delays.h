/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the kernel keeps memory that was sent without a copy: from when a send was handed over to when
 * the notification that it has let go of the memory was read. Of a path that has notifications.
 *
 *   delays_open()   for one flow; -1 after flow_fail()
 *   delays_count()  one send's, in ns
 */
#ifndef DATAPATH_DELAYS_H
#define DATAPATH_DELAYS_H

#include <stdint.h>

#include "datapath/flow.h"
#include "record/histogram.h"

struct delays {
	uint64_t delay[HISTOGRAM_FINE_BUCKETS];
};

int delays_open(struct flow *f);

static inline void delays_count(struct flow *f, uint64_t ns)
{
	count(&f->delays->delay[histogram_fine_bucket(ns)], 1);
}

#endif
