// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/wanted.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "analyze/figures/bound.h"
#include "analyze/figures/distribution.h"
#include "analyze/figures/parts.h"

struct wanted wanted_quantity(enum quantity q)
{
	struct wanted w = {.quantity = q};

	snprintf(w.name, sizeof(w.name), "%s", quantity_info(q)->name);
	snprintf(w.unit, sizeof(w.unit), "%s", quantity_info(q)->unit);
	return w;
}

static double window_ns(const struct run *run)
{
	double rx = run_window_ns(run, END_RX);

	return isnan(rx) ? run_window_ns(run, END_TX) : rx;
}

/* What is counted at another end only was not looked for at this one. */
static bool is_elsewhere(const struct wanted *w, const struct run *run)
{
	if (w->end < RECORD_ENDS && run_range(run, w->metric, w->end).count)
		return false; /* it was, and of this key there was none */
	for (enum record_end end = 0; end < END_COUNT; end++)
		if (w->end != END_COUNT && w->end != end && run_range(run, w->metric, end).count)
			return true;
	return false;
}

static double per_cpu(const struct outcome *o)
{
	double c;

	if (isnan(o->of[CPU_RX]) || isnan(o->of[CPU_TX]))
		return NAN;
	c = fmax(o->of[CPU_RX], o->of[CPU_TX]);
	return c > 0 ? 100 * o->of[THROUGHPUT] / c : NAN;
}

/* Of all keys that are meant; NAN: the run has none of them. */
static double sum_of(const struct run *run, enum metric_id id, enum record_end end, const char *key)
{
	double sum = 0;
	size_t count = 0;

	for (enum record_end one = 0; one < RECORD_ENDS; one++) {
		struct figures range = run_range(run, id, one);

		for (size_t i = 0; i < range.count && (end == RECORD_ENDS || end == one); i++)
			if (!*key || !fnmatch(key, range.at[i].key, 0)) {
				sum += range.at[i].value;
				count++;
			}
	}
	return count ? sum : NAN;
}

/* Of fewer a share says nothing: its standard error would be a tenth of all and more. */
#define SAMPLES_LEAST 25

static bool has_samples(const struct run *run, enum record_end end)
{
	/* What came from elsewhere may have shares alone. */
	return profile_is_shares(run, end) || spared_samples(run, end) >= SAMPLES_LEAST;
}

static double part_value(const struct wanted *w, const struct run *run)
{
	const struct spared spared = spared_find(w->key);
	double share = has_samples(run, w->end) ? spared_share(run, w->end, &spared, 1) : NAN;

	return w->kind == WANTED_SHARE ? 100 * share : 1 / (1 - share);
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
		return scales && measured && !is_elsewhere(w, run) && window_ns(run) > 0 ? 0 : NAN;
	if (!scales)
		return sum / count;
	return wanted_is_share(w) ? 100 * sum / window_ns(run) : sum / window_ns(run) * 1e9;
}

static double value_of(const struct wanted *w, const struct run *run)
{
	double value;

	switch (w->kind) {
	case WANTED_RATIO:
		value = sum_of(run, w->metric, w->end, w->key) /
			sum_of(run, w->by.metric, w->by.end, w->by.key);
		break;
	case WANTED_QUANTILE:
		value = distribution_quantile(distribution_of(run, w->metric, w->end,
							      *w->key ? w->key : NULL),
					      w->quantile);
		break;
	case WANTED_SHARE:
	case WANTED_WITHOUT:
		value = part_value(w, run);
		break;
	default:
		value = metric_value(w, run);
		break;
	}
	return isfinite(value) ? value : NAN;
}

/* Whether a row of a metric that any end has is of a key that is meant. */
static bool has_key(const struct run *run, enum metric_id id, const char *key, bool *has_rows)
{
	bool found = false;

	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		struct figures range = run_range(run, id, end);

		*has_rows = *has_rows || range.count;
		for (size_t i = 0; i < range.count && !found; i++)
			found = !fnmatch(key, range.at[i].key, 0);
	}
	return found;
}

/* Of a metric of which nothing was seen at all, no key can be told from a typo. */
static bool is_strange(const struct experiment *e, enum metric_id id, const char *key)
{
	bool found = !*key, has_rows = false;

	for (size_t i = 0; i < e->count && !found; i++)
		for (size_t r = 0; r < e->configurations[i].count && !found; r++)
			found = has_key(e->configurations[i].runs[r], id, key, &has_rows);
	return has_rows && !found;
}

void wanted_look(struct wanted *w, const struct experiment *e)
{
	char function[sizeof(w->key) + 8];

	if (w->quantity < QUANTITIES)
		return;
	switch (w->kind) {
	case WANTED_METRIC:
	case WANTED_QUANTILE:
		w->strange = w->kind == WANTED_METRIC && is_strange(e, w->metric, w->key);
		break;
	case WANTED_RATIO:
		w->strange =
			is_strange(e, w->metric, w->key) || is_strange(e, w->by.metric, w->by.key);
		break;
	case WANTED_SHARE:
	case WANTED_WITHOUT:
		/* Components and parts are known by name; a function ends the key of a symbol. */
		snprintf(function, sizeof(function), "*;%s", w->key);
		w->strange = spared_find(w->key).function &&
			     is_strange(e, METRIC_profile_symbol, function);
		break;
	default:
		break;
	}
}

double wanted_value(const struct wanted *w, const struct run *run, const struct exponents *exponents)
{
	struct outcome outcome;

	if (w->strange)
		return NAN;

	if (w->quantity == QUANTITIES && w->kind != WANTED_PER_CPU)
		return value_of(w, run);
	outcome = outcome_of(run, exponents);
	return w->quantity == QUANTITIES ? per_cpu(&outcome) : outcome.of[w->quantity];
}

/* "data copy rx", "without page allocator rx" */
static void part_heading(const struct wanted *w, char *text, size_t size)
{
	snprintf(text, size, "%s%s %s", w->kind == WANTED_WITHOUT ? "without " : "", w->key,
		 record_end_name[w->end]);
	for (char *c = text; *c; c++)
		*c = *c == '_' ? ' ' : *c;
}

void wanted_heading(const struct wanted *w, const struct exponents *exponents, char *text,
		    size_t size)
{
	if (*w->called)
		snprintf(text, size, "%s", w->called);
	else if (w->quantity == QUANTITIES && (w->kind == WANTED_SHARE || w->kind == WANTED_WITHOUT))
		part_heading(w, text, size);
	else if (w->quantity < QUANTITIES)
		quantity_heading(w->quantity, exponents, text, size);
	else
		snprintf(text, size, "%s", w->name);
}

/* What a quantity is made of. */
static enum metric_id made_of(const struct run *run, enum quantity q, enum record_end *end)
{
	*end = END_RX;
	switch (q) {
	case CPU_TX:
	case ROI_CPU_TX:
		*end = END_TX;
		return METRIC_cpu_busy;
	case CPU_RX:
	case CPU_TOTAL:
	case ROI_CPU_RX:
	case ROI_CPU_TOTAL:
	case PACKETS_CPU_RX:
	case ROI_PACKETS:
		return METRIC_cpu_busy;
	case POWER_RX:
	case POWER_TX:
	case POWER_TOTAL:
	case ROI_POWER_RX:
	case ROI_POWER_TX:
	case ROI_POWER_TOTAL:
		*end = END_HOST;
		return METRIC_power_mean;
	case REQUESTS:
		*end = END_TX;
		return METRIC_path_latency;
	case LATENCY_P50:
	case LATENCY_P99:
	case LATENCY_P999:
	case LATENCY_P9999:
		return latency_of(run, end);
	case PACKETS:
		return METRIC_path_datagrams;
	case LOST:
		return METRIC_path_datagrams_missed;
	default:
		return METRIC_path_bytes;
	}
}

/* Of requests, datagrams or what is in a histogram there were some, but not as many as the percentile takes. */
static bool is_too_few(const struct wanted *w, const struct run *run)
{
	enum record_end end;
	enum metric_id id = latency_of(run, &end);

	if (w->kind == WANTED_QUANTILE)
		return distribution_of(run, w->metric, w->end, *w->key ? w->key : NULL).count;
	return w->quantity >= LATENCY_P50 && w->quantity <= LATENCY_P9999 &&
	       run_range(run, id, end).count;
}

/* Why what an end's CPUs did is not known, though the machine's is: it has none of its own; or NULL. */
static const char *without_cpus(const struct run *run, enum metric_id id, enum record_end end)
{
	bool rx = !isnan(run_sum(run, METRIC_cpu_busy, END_RX));
	bool tx = !isnan(run_sum(run, METRIC_cpu_busy, END_TX));

	if ((id != METRIC_cpu_busy && id != METRIC_profile_component) ||
	    isnan(run_sum(run, METRIC_cpu_busy, END_HOST)))
		return NULL;
	if (!rx && !tx)
		return "the ends share CPUs, so that CPU time is known of both together only: place them apart (--rx-cpu, --tx-cpu)";
	if (end == END_RX ? !rx : end == END_TX ? !tx : !(rx && tx))
		return "which CPUs were that end's is not known, as where it follows its queue (--cpu rxq): name them (--rx-cpu, --tx-cpu)";
	return NULL;
}

/* Of a ratio: what it is divided by was not measured, or was, and did not happen. */
static const char *absent_divisor(const struct wanted *w, const struct run *run)
{
	enum record_end end = w->by.end == RECORD_ENDS ? END_HOST : w->by.end;
	const char *reason = run_absent_metric(run, end, w->by.metric);

	if (!reason && fpclassify(sum_of(run, w->by.metric, w->by.end, w->by.key)) == FP_ZERO)
		return "what it is divided by was counted, and there was none of it";
	return reason;
}

const char *wanted_absent(const struct wanted *w, const struct run *run)
{
	enum record_end end = w->end == RECORD_ENDS ? END_HOST : w->end;
	enum metric_id id = w->metric;
	const char *reason;

	if (w->strange)
		return w->kind == WANTED_SHARE || w->kind == WANTED_WITHOUT
			       ? "no record here has such a component, part or function: 'zcroi show symbols' lists the functions"
			       : "no record here has a row of that key: if its name is right, it was never seen";
	if (w->quantity < QUANTITIES)
		id = made_of(run, w->quantity, &end);
	else if (w->kind == WANTED_SHARE || w->kind == WANTED_WITHOUT)
		id = METRIC_profile_component;
	else if (w->kind == WANTED_PER_CPU)
		id = METRIC_cpu_busy;
	reason = run_absent_metric(run, end, id);
	if (!reason && id != w->metric)
		reason = without_cpus(run, id, end);
	if (!reason && w->kind == WANTED_RATIO)
		reason = absent_divisor(w, run);
	if (!reason && w->quantity < QUANTITIES)
		reason = outcome_undefined(run, w->quantity);
	if (!reason && w->kind == WANTED_PER_CPU && w->quantity == QUANTITIES)
		reason = outcome_undefined(run, ROI_CPU_TOTAL);
	if (!reason && is_too_few(w, run))
		return "a percentile stands where at least one was slower: p99 takes 100 of them, p99.9 1,000, p99.99 10,000";
	if (!reason && id == METRIC_profile_component && w->kind != WANTED_METRIC &&
	    !has_samples(run, end))
		return "its profile has fewer than 25 samples of that end, of which shares say nothing: make the window longer (--seconds)";
	if (!reason && w->quantity >= REQUESTS && w->quantity < QUANTITIES && run_attached(run))
		return "of a process that zcprof did not start it is not known: zcpath alone numbers and stamps what it moves";
	/* What is of the throughput is absent where nobody receives. */
	return reason || w->quantity >= QUANTITIES
		       ? reason
		       : run_absent_metric(run, END_RX, METRIC_path_bytes);
}
