// SPDX-License-Identifier: GPL-2.0-or-later
/* The delay between NAPI and the copy, of a quarter of the packets of each slice. */
#include "bpf/latency.h"
#include "bpf/latency.skel.h"
#include "collectors/list.h"
#include "collectors/tally.h"

static const struct tally_row rows[] = {
	{LATENCY_SAMPLES, METRIC_latency_samples, NULL},
	{LATENCY_TOTAL, METRIC_latency_total, NULL},
};

static void histogram(const struct tally *t, struct writer *w)
{
	tally_histogram(t, w, LATENCY_NAPI_TO_COPY, METRIC_latency_napi_to_copy);
}

TALLY_COLLECTOR(latency, "delay between NAPI and the copy to user memory", .rows = rows,
		.row_count = sizeof(rows) / sizeof(*rows), .tracepoints = true,
		.slice_ns = LATENCY_SLICE_NS, .more = histogram);
