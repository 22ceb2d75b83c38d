/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures as OpenMetrics text: zcprof_SOURCE_METRIC_UNIT{end="…",key="…"} with the labels of --label, in
 * base units (seconds, bytes, watts, ratios), totals as counters since the window's start.
 *
 *   openmetrics_print()  the text of a series; to be freed, NULL: no memory
 *   openmetrics_watch()  that of several, each of all windows of a rule (series_more())
 *
 * Prometheus keeps a series for each set of labels that it ever saw, so there is an end of them
 * (https://prometheus.io/docs/practices/instrumentation/#do-not-overuse-labels): the first
 * OPENMETRICS_KEYS keys of a metric, threads or flows as they come, have a sample of their own, the
 * totals of later ones are added up under the key "others", and levels, which cannot be added up, are
 * counted in zcprof_keys_left_out. A histogram has a bucket for each power of four,
 * and its sum is that of the middles of the record's, within 7 %.
 */
#ifndef ZCPROF_WATCH_OPENMETRICS_H
#define ZCPROF_WATCH_OPENMETRICS_H

#include <stddef.h>

#include "zcprof/origin.h"
#include "zcprof/watch/series.h"

#define OPENMETRICS_KEYS 256
/* An exemplar's labels, their names with them, have 128 characters at most. */
#define OPENMETRICS_RECORD 64

/* For whoever asks by HTTP, or for the textfile collector of node exporter, which knows no OpenMetrics. */
enum openmetrics_dialect { OPENMETRICS, OPENMETRICS_TEXTFILE };

char *openmetrics_print(const struct series *s, const struct origin *origin,
			enum openmetrics_dialect dialect, size_t *len);

struct openmetrics_rule {
	const struct series *series;
	struct origin origin; /* a label of it tells it from the others */
	double windows, failed;
	/*
	 * The file of the last window, which tells whoever looks at a graph what to open. It is an exemplar of the
	 * windows, for as a label it would be a new series in each of them; a file for node exporter has none.
	 */
	char record[OPENMETRICS_RECORD];
};

char *openmetrics_watch(const struct openmetrics_rule *rules, size_t count,
			enum openmetrics_dialect dialect, size_t *len);

#endif
