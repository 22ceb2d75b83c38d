// SPDX-License-Identifier: GPL-2.0-or-later
/* Copies between user and kernel memory for sockets. Their time is profile's component data copy. */
#include "bpf/copy.h"
#include "bpf/copy.skel.h"
#include "collectors/list.h"
#include "collectors/kit/tally.h"

static const struct tally_counter rows[] = {
	{COPY_TO_USER, METRIC_copy_to_user, NULL},
	{COPY_TO_USER_CALLS, METRIC_copy_to_user_calls, NULL},
	{COPY_FROM_USER, METRIC_copy_from_user, "copy_from_user"},
	{COPY_FROM_USER_CALLS, METRIC_copy_from_user_calls, "copy_from_user"},
	{COPY_UNDONE, METRIC_copy_undone, "copy_undone"},
};

static const struct tally_ratio ratios[] = {
	{&rows[0], &rows[1]},
	{&rows[2], &rows[3]},
};

TALLY_COLLECTOR(copy, "bytes that the kernel copied from and to user memory for sockets",
		.rows = rows, .row_count = sizeof(rows) / sizeof(*rows), .ratios = ratios,
		.ratio_count = sizeof(ratios) / sizeof(*ratios), .hooks = true, .tracepoints = true,
		.follows = MEASURE_PACKETS);
