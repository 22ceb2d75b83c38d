// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/wanted.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct wanted wanted_quantity(enum quantity q)
{
	struct wanted w = {.quantity = q};

	snprintf(w.name, sizeof(w.name), "%s", quantity_info(q)->name);
	snprintf(w.unit, sizeof(w.unit), "%s", quantity_info(q)->unit);
	return w;
}

/* "C rx" is typed C-rx; of a ROI the heading is what stands below the T. */
static bool is_heading(enum quantity q, const char *name)
{
	const char *heading = quantity_info(q)->heading;

	if (q >= ROI_CPU_RX || strlen(heading) != strlen(name))
		return false;
	while (*name && (*heading == *name || (*heading == ' ' && *name == '-'))) {
		heading++;
		name++;
	}
	return !*name;
}

static enum quantity find_quantity(const char *name)
{
	enum quantity q = 0;

	while (q < QUANTITIES && !is_heading(q, name) &&
	       strcasecmp(quantity_info(q)->sort, name) != 0 &&
	       strcmp(quantity_info(q)->name, name) != 0)
		q++;
	return q;
}

static bool is_share(const struct wanted *w)
{
	return metric_scales(w->metric) && !strcmp(metric_info(w->metric)->unit, "ns");
}

static void set_unit(struct wanted *w)
{
	const char *unit = metric_info(w->metric)->unit;

	if (is_share(w))
		snprintf(w->unit, sizeof(w->unit), "%%");
	else
		snprintf(w->unit, sizeof(w->unit), "%.20s%s", unit,
			 metric_scales(w->metric) ? "/s" : "");
}

/* [rx-|tx-|host-]SOURCE.METRIC[:KEY] */
static bool find_metric(struct wanted *w, const char *name)
{
	size_t source, metric;

	w->end = RECORD_ENDS;
	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		size_t len = strlen(record_end_name[end]);

		if (!strncmp(name, record_end_name[end], len) && name[len] == '-') {
			w->end = end;
			name += len + 1;
			break;
		}
	}
	source = strcspn(name, ".");
	if (!name[source])
		return false;
	metric = strcspn(name + source + 1, ":");
	w->metric = metric_find(name, source, name + source + 1, metric);
	if (w->metric == METRIC_NONE || metric_info(w->metric)->kind == KIND_FACT)
		return false;
	name += source + 1 + metric;
	snprintf(w->key, sizeof(w->key), "%s", *name ? name + 1 : "");
	set_unit(w);
	return true;
}

int wanted_parse(struct wanted *w, const char *typed, size_t len, char *why, size_t why_size)
{
	char name[sizeof(w->name)];

	*w = (struct wanted){.quantity = QUANTITIES};
	snprintf(name, sizeof(name), "%.*s", (int)len, typed);
	w->quantity = find_quantity(name);
	if (w->quantity < QUANTITIES) {
		*w = wanted_quantity(w->quantity);
		return 0;
	}
	memcpy(w->name, name, sizeof(name));
	if (len < sizeof(name) && find_metric(w, name))
		return 0;
	snprintf(why, why_size,
		 "expected T, C, P, ROI, C-rx, C-tx, roi-power or a column's name, or a figure of the records such as rx-cpu.iowait (docs/metrics.md)");
	return -1;
}

static double window_ns(const struct run *run)
{
	double rx = run_figure(run, METRIC_path_window_ns, END_RX, NULL);

	return isnan(rx) ? run_figure(run, METRIC_path_window_ns, END_TX, NULL) : rx;
}

/* What is counted at another end only was not looked for at this one. */
static bool is_elsewhere(const struct wanted *w, const struct run *run)
{
	for (enum record_end end = 0; end < END_COUNT; end++)
		if (w->end != END_COUNT && w->end != end && run_range(run, w->metric, end).count)
			return true;
	return false;
}

static double metric_value(const struct wanted *w, const struct run *run)
{
	bool scales = metric_scales(w->metric), measured = false;
	double sum = 0;
	size_t count = 0;

	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		struct figures range = run_range(run, w->metric, end);

		if (w->end != RECORD_ENDS && w->end != end)
			continue;
		/* What its source looked for and did not see is zero. */
		measured = measured || run_measured(run, end, w->metric, run);
		for (size_t i = 0; i < range.count; i++)
			if (!*w->key || !fnmatch(w->key, range.at[i].key, 0)) {
				sum += range.at[i].value;
				count++;
			}
	}
	if (!count)
		return scales && measured && !is_elsewhere(w, run) ? 0 : NAN;
	if (!scales)
		return sum / count;
	return is_share(w) ? 100 * sum / window_ns(run) : sum / window_ns(run) * 1e9;
}

double wanted_value(const struct wanted *w, const struct run *run, const struct exponents *exponents)
{
	return w->quantity < QUANTITIES ? outcome_of(run, exponents).of[w->quantity]
					: metric_value(w, run);
}

void wanted_heading(const struct wanted *w, const struct exponents *exponents, char *text,
		    size_t size)
{
	if (w->quantity < QUANTITIES)
		quantity_heading(w->quantity, exponents, text, size);
	else
		snprintf(text, size, "%s", w->name);
}

struct estimate wanted_estimate(const struct wanted *w, const struct configuration *c,
				const bool *apart, const struct exponents *exponents)
{
	double *all = must_calloc(c->count + 1, sizeof(*all));
	double *typical = must_calloc(c->count + 1, sizeof(*typical));
	struct estimate e = {.count = 0};
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++) {
		double value = wanted_value(w, c->runs[i], exponents);

		if (isnan(value))
			continue;
		all[e.count++] = value;
		if (!apart[i])
			typical[n++] = value;
	}
	e.middle = stats_middle(all, e.count);
	e.interval = stats_interval(typical, n);
	free(all);
	free(typical);
	return e;
}
