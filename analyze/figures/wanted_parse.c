// SPDX-License-Identifier: GPL-2.0-or-later
/* What is typed for a figure, made a struct wanted: "T", "C-rx", "rx-cpu.iowait", "skb=rx-skb.bytes/rx-skb.received". */
#include "analyze/figures/wanted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

bool wanted_is_share(const struct wanted *w)
{
	return metric_scales(w->metric) && !strcmp(metric_info(w->metric)->unit, "ns");
}

static void set_unit(struct wanted *w)
{
	const char *unit = metric_info(w->metric)->unit;

	if (wanted_is_share(w))
		snprintf(w->unit, sizeof(w->unit), "%%");
	else
		snprintf(w->unit, sizeof(w->unit), "%.20s%s", unit,
			 metric_scales(w->metric) ? "/s" : "");
}

/* Takes "rx-", "tx-" or "host-" off a name. */
static enum record_end take_end(const char **name)
{
	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		size_t len = strlen(record_end_name[end]);

		if (strncmp(*name, record_end_name[end], len) != 0 || (*name)[len] != '-')
			continue;
		*name += len + 1;
		return end;
	}
	return RECORD_ENDS;
}

/* [rx-|tx-|host-]SOURCE.METRIC[:KEY] */
static bool find_one(const char *name, enum metric_id *id, enum record_end *end, char *key,
		     size_t key_size)
{
	size_t source, metric;

	*end = take_end(&name);
	source = strcspn(name, ".");
	if (!name[source])
		return false;
	metric = strcspn(name + source + 1, ":");
	*id = metric_find(name, source, name + source + 1, metric);
	if (*id == METRIC_NONE || metric_info(*id)->kind == KIND_FACT)
		return false;
	name += source + 1 + metric;
	snprintf(key, key_size, "%s", *name ? name + 1 : "");
	return true;
}

/* Of one end, rx or tx: "share:data_copy", "without:page_allocator". */
static bool find_part(struct wanted *w, const char *name)
{
	size_t len;

	w->end = take_end(&name);
	len = strcspn(name, ":");
	if (w->end >= END_COUNT || !name[len] || !name[len + 1])
		return false;
	if (len == strlen("share") && !strncmp(name, "share", len))
		w->kind = WANTED_SHARE;
	else if (len == strlen("without") && !strncmp(name, "without", len))
		w->kind = WANTED_WITHOUT;
	else
		return false;
	snprintf(w->key, sizeof(w->key), "%s", name + len + 1);
	snprintf(w->unit, sizeof(w->unit), "%s", w->kind == WANTED_SHARE ? "%" : "x");
	return true;
}

/* METRIC@p99 of a histogram of one end. */
static bool find_quantile(struct wanted *w, const char *name, const char *at)
{
	char metric[sizeof(w->name)], *rest;

	snprintf(metric, sizeof(metric), "%.*s", (int)(at - name), name);
	w->kind = WANTED_QUANTILE;
	w->quantile = strtod(at + 2, &rest) / 100;
	if (at[1] != 'p' || rest == at + 2 || *rest || !(w->quantile > 0 && w->quantile < 1))
		return false;
	/* The edges of its buckets; what they count is its unit. */
	snprintf(w->unit, sizeof(w->unit), "%s", strstr(metric, "skb.") ? "" : "ns");
	return find_one(metric, &w->metric, &w->end, w->key, sizeof(w->key)) &&
	       w->end < END_COUNT && metric_info(w->metric)->kind == KIND_HISTOGRAM;
}

/* How much of it is that of one: of "packets" "packet", as in "bytes/packet"; "us" and "bytes/s" stay. */
static int singular(const char *unit)
{
	size_t len = strlen(unit);

	if (len < 3 || unit[len - 1] != 's' || unit[len - 2] == '/')
		return (int)len;
	return (int)(len >= 4 && !strcmp(unit + len - 4, "sses") ? len - 2 : len - 1);
}

static bool find_ratio(struct wanted *w, const char *name, const char *slash)
{
	char first[sizeof(w->name)];
	const char *unit;
	int used;

	snprintf(first, sizeof(first), "%.*s", (int)(slash - name), name);
	w->kind = WANTED_RATIO;
	if (!find_one(first, &w->metric, &w->end, w->key, sizeof(w->key)) ||
	    !find_one(slash + 1, &w->by.metric, &w->by.end, w->by.key, sizeof(w->by.key)))
		return false;
	used = snprintf(w->unit, sizeof(w->unit), "%.11s", metric_info(w->metric)->unit);
	unit = metric_info(w->by.metric)->unit;
	snprintf(w->unit + used, sizeof(w->unit) - used, "/%.*s", singular(unit), unit);
	return true;
}

static bool find_metric(struct wanted *w, const char *name)
{
	const char *at = strchr(name, '@');

	if (find_part(w, name))
		return true;
	if (at)
		return find_quantile(w, name, at);
	/* A key may have a slash too: "rx-profile.misses:task/skb". */
	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/'))
		if (find_ratio(w, name, slash))
			return true;
	memset(&w->by, 0, sizeof(w->by));
	w->kind = WANTED_METRIC;
	if (!find_one(name, &w->metric, &w->end, w->key, sizeof(w->key)))
		return false;
	set_unit(w);
	return true;
}

/* "batch=rx-skb.segments/rx-skb.received": as what stands before it, which is short. Returns where the figure begins. */
static size_t take_name(struct wanted *w, const char *typed, size_t len)
{
	const char *equals = memchr(typed, '=', len);
	size_t used = equals ? equals - typed : 0;

	snprintf(w->called, sizeof(w->called), "%.*s", (int)used, typed);
	for (char *c = w->called; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	return equals ? used + 1 : 0;
}

int wanted_parse(struct wanted *w, const char *typed, size_t len, char *why, size_t why_size)
{
	char name[sizeof(w->name)];
	char called[sizeof(w->called)];
	size_t begins;

	*w = (struct wanted){.quantity = QUANTITIES, .metric = METRIC_NONE};
	begins = take_name(w, typed, len);
	typed += begins;
	len -= begins;
	memcpy(called, w->called, sizeof(called));
	snprintf(name, sizeof(name), "%.*s", (int)len, typed);
	w->quantity = find_quantity(name);
	if (w->quantity < QUANTITIES) {
		*w = wanted_quantity(w->quantity);
		memcpy(w->called, called, sizeof(called));
		return 0;
	}
	memcpy(w->name, name, sizeof(name));
	if (!strcmp(name, "T/CPU")) {
		w->kind = WANTED_PER_CPU;
		snprintf(w->unit, sizeof(w->unit), "%s", quantity_info(THROUGHPUT)->unit);
		return 0;
	}
	if (len < sizeof(name) && find_metric(w, name))
		return 0;
	snprintf(why, why_size,
		 "expected T, C, P, ROI, C-rx, C-tx, roi-power or a column's name, or a figure of the records such as rx-cpu.iowait (docs/metrics.md), or rx-share:data_copy");
	return -1;
}
