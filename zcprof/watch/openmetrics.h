/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures as OpenMetrics text: zcprof_SOURCE_METRIC_UNIT{end="…",key="…"}, in base units (seconds,
 * bytes, watts, ratios), totals as counters since the window's start. Histograms are left out.
 *
 *   openmetrics_print()  the text of a series; to be freed, NULL: no memory
 */
#ifndef ZCPROF_WATCH_OPENMETRICS_H
#define ZCPROF_WATCH_OPENMETRICS_H

#include <stddef.h>

#include "zcprof/watch/series.h"

char *openmetrics_print(const struct series *s, size_t *len);

#endif
