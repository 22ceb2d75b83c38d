// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets behind GRO: their sizes, fragments, and how many segments each is made of. */
#include "bpf/skb.h"
#include "bpf/skb.skel.h"
#include "collectors/list.h"
#include "collectors/kit/tally.h"

static const struct tally_counter rows[] = {
	{SKB_RECEIVED, METRIC_skb_received, NULL},
	{SKB_BYTES, METRIC_skb_bytes, NULL},
	{SKB_LINEAR, METRIC_skb_linear, NULL},
	{SKB_SEGMENTS, METRIC_skb_segments, NULL},
};

static const struct tally_ratio ratios[] = {
	{&rows[1], &rows[0]},
	{&rows[2], &rows[0]},
	{&rows[3], &rows[0]},
};

static void histograms(const struct tally *t, struct writer *w)
{
	tally_histogram(t, w, SKB_SIZE, METRIC_skb_size);
	tally_histogram(t, w, SKB_FRAGS, METRIC_skb_frags);
}

TALLY_COLLECTOR(skb, "packets behind GRO: sizes, fragments, segments in each", .rows = rows,
		.row_count = sizeof(rows) / sizeof(*rows), .ratios = ratios,
		.ratio_count = sizeof(ratios) / sizeof(*ratios), .tracepoints = true,
		.follows = MEASURE_PACKETS, .more = histograms);
