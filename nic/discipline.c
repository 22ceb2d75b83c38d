// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/discipline.h"

#include <libmnl/libmnl.h>
#include <linux/pkt_sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct words {
	char *text;
	size_t size, used;
};

__attribute__((format(printf, 2, 3))) static void add(struct words *w, const char *format, ...)
{
	bool full = w->used >= w->size;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(full ? NULL : w->text + w->used, full ? 0 : w->size - w->used, format, args);
	va_end(args);
	w->used += n > 0 ? (size_t)n : 0;
}

static void add_rate(struct words *w, uint64_t bytes_a_second, const char *of)
{
	if (bytes_a_second)
		add(w, " %.4g Gbit/s%s", (double)bytes_a_second * 8 / 1e9, of);
}

/* A number of either size; 0 of another one. */
static uint64_t number_of(const struct nlattr *attr)
{
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(uint32_t):
		return mnl_attr_get_u32(attr);
	case sizeof(uint64_t):
		return mnl_attr_get_u64(attr);
	default:
		return 0;
	}
}

/* In bytes a second; 0: none. */
static uint64_t bucket_rate(const struct nlattr *options)
{
	const struct nlattr *attr;
	uint64_t rate = 0;

	mnl_attr_for_each_nested(attr, options)
	{
		if (mnl_attr_get_type(attr) == TCA_TBF_RATE64)
			rate = number_of(attr);
		else if (mnl_attr_get_type(attr) == TCA_TBF_PARMS && !rate &&
			 mnl_attr_get_payload_len(attr) >= sizeof(struct tc_tbf_qopt))
			rate = ((struct tc_tbf_qopt *)mnl_attr_get_payload(attr))->rate.rate;
	}
	return rate;
}

static uint64_t rate_in(const struct nlattr *options, int type)
{
	const struct nlattr *attr;
	uint64_t rate = 0;

	mnl_attr_for_each_nested(attr, options)
	{
		if (mnl_attr_get_type(attr) == type)
			rate = number_of(attr);
	}
	return rate;
}

/* In the kernel's terms of all packets: UINT32_MAX is each of them (net/sched/sch_netem.c). */
static void add_percent(struct words *w, const char *what, uint32_t part)
{
	if (part)
		add(w, " %s %.3g %%", what, 100.0 * part / UINT32_MAX);
}

/* Of what the kernel keeps in nanoseconds. */
static void add_delay(struct words *w, const struct nlattr *attr)
{
	uint64_t ns = number_of(attr);

	if (ns)
		add(w, " delay %.4g ms", (double)ns / 1e6);
}

/* Its options begin with a struct, and attributes follow. */
static void add_netem(struct words *w, const struct nlattr *options)
{
	const struct tc_netem_qopt *q = mnl_attr_get_payload(options);
	size_t head = MNL_ALIGN(sizeof(*q)), len = mnl_attr_get_payload_len(options);
	const void *first = (const char *)q + head;
	const struct nlattr *attr;
	uint64_t rate = 0;

	if (len < head)
		return;
	add_percent(w, "loss", q->loss);
	add_percent(w, "duplicate", q->duplicate);
	mnl_attr_for_each_payload(first, len - head)
	{
		uint16_t type = mnl_attr_get_type(attr), size = mnl_attr_get_payload_len(attr);
		const void *at = mnl_attr_get_payload(attr);

		if (type == TCA_NETEM_LATENCY64)
			add_delay(w, attr);
		else if (type == TCA_NETEM_REORDER && size >= sizeof(struct tc_netem_reorder))
			add_percent(w, "reorder",
				    ((const struct tc_netem_reorder *)at)->probability);
		else if (type == TCA_NETEM_CORRUPT && size >= sizeof(struct tc_netem_corrupt))
			add_percent(w, "corrupt",
				    ((const struct tc_netem_corrupt *)at)->probability);
		else if (type == TCA_NETEM_RATE && size >= sizeof(struct tc_netem_rate) && !rate)
			rate = ((const struct tc_netem_rate *)at)->rate;
		else if (type == TCA_NETEM_RATE64)
			rate = number_of(attr);
	}
	add_rate(w, rate, "");
}

size_t discipline_words(const char *kind, const struct nlattr *options, uint64_t widest, char *text,
			size_t size)
{
	struct words w = {text, size, 0};
	uint64_t rate;

	add(&w, "%.16s", kind);
	if (!strcmp(kind, "htb"))
		add_rate(&w, widest, "");
	if (!options)
		return w.used;
	if (!strcmp(kind, "tbf"))
		add_rate(&w, bucket_rate(options), "");
	else if (!strcmp(kind, "cake"))
		add_rate(&w, rate_in(options, TCA_CAKE_BASE_RATE64), "");
	else if (!strcmp(kind, "netem"))
		add_netem(&w, options);
	rate = !strcmp(kind, "fq") ? rate_in(options, TCA_FQ_FLOW_MAX_RATE) : UINT32_MAX;
	if (rate != UINT32_MAX)
		add_rate(&w, rate, " a flow");
	return w.used;
}
