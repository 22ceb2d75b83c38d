// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One rule after the other: two figures that were measured in different ways, and how far apart they
 * may be. What parts two right figures, from which each rule takes its own:
 *
 *   ticks     the kernel bills a CPU by the tick: of each kind of time one too many or too few at each
 *             edge, and in between what ran at the tick stands for all of it, a sample
 *   samples   a count of n has a standard deviation of sqrt(n) at most; four of them are far
 *   slices    an estimate has its standard error in the record; four of them
 *   edges     sources look one after another, and the record says within what time
 *   flight    what was sent and not received yet: the buffers of every connection
 *   rates     where two windows are not one, what came in the rest is not known: the rest counts as
 *             if it had been as fast, twice
 *
 * A rule says nothing where one of its figures is missing.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analyze/load/contradictions.h"

#define SHORT 400

void say(const struct saying *to, const char *format, ...)
{
	char sentence[SHORT];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	to->say(to->data, sentence);
}

unsigned int rows_of(const struct consistency *c, enum metric_id id)
{
	return c->rows[id][END_HOST] + c->rows[id][END_RX] + c->rows[id][END_TX];
}

/* ---- parts and wholes ---- */

static const struct {
	enum metric_id part, whole;
	double margin; /* of the whole, for what is counted a moment apart */
} parts[] = {
	{METRIC_syscalls_errors, METRIC_syscalls_calls, 0},
	{METRIC_pagepool_slow, METRIC_pagepool_allocs, 0.01},
	{METRIC_pagepool_puts_direct, METRIC_pagepool_puts, 0.01},
	{METRIC_skb_linear, METRIC_skb_bytes, 0.01},
	{METRIC_softirq_budget_spent, METRIC_softirq_polls, 0.01},
	{METRIC_softirq_across, METRIC_softirq_net_rx_time, 0.01},
	{METRIC_pagealloc_failed, METRIC_pagealloc_allocs, 0.01},
	{METRIC_pagealloc_allocs, METRIC_pagealloc_pages, 0.01},
	{METRIC_tcp_retransmits, METRIC_tcp_segments_out, 0.01},
	{METRIC_path_bytes_linear, METRIC_path_bytes_copied, 0.01},
	{METRIC_selfcost_bpf_run, METRIC_NONE, 0},
};

static void parts_of_wholes(const struct consistency *c, const struct saying *to)
{
	for (size_t i = 0; parts[i].whole != METRIC_NONE; i++) {
		const struct metric_info *part = metric_info(parts[i].part);
		const struct metric_info *whole = metric_info(parts[i].whole);
		double p = consistency_sum(c, parts[i].part);
		double w = consistency_sum(c, parts[i].whole);
		unsigned int rows = rows_of(c, parts[i].whole) + rows_of(c, parts[i].part);

		if (rows_of(c, parts[i].whole) && p > w * (1 + parts[i].margin) + rows)
			say(to, "%s.%s is %.0f, and %s.%s, of which it is a part, %.0f",
			    part->source, part->name, p, whole->source, whole->name, w);
	}
	if (*c->odd_share)
		say(to, "%s is a part of something, and cannot be %g", c->odd_share,
		    c->odd_share_is);
}

static void energy_of_power(const struct consistency *c, const struct saying *to)
{
	double window_s = window_of(c, "power") / 1e9;
	double energy = consistency_sum(c, METRIC_power_energy);
	double by_mean = consistency_sum(c, METRIC_power_mean) * window_s;

	if (energy > 0 && by_mean > 0 &&
	    fabs(energy - by_mean) > BIAS * fmax(energy, by_mean) + 0.1 * by_mean / window_s)
		say(to, "energy is %.1f J, and power for %.3f s %.1f J", energy, window_s, by_mean);
}

/* ---- what was counted inside the window ---- */

/* zcpath tells its bytes by the second, and not what came after the last; what attach saw while a program went on is not what that says at its end. */
static void on_step(void *data, const struct step_sum *s)
{
	const struct saying *to = data;
	const struct metric_info *info = metric_info(s->id);
	bool bytes = s->id == METRIC_path_bytes;
	double off =
		bytes ? in_flight(to->of, s->whole) : (double)s->rows + 1 + 1e-6 * s->magnitude;
	double more = s->inside - s->whole;

	if (more > off || (!bytes && -more > off))
		say(to,
		    "rows inside the window of %s %s.%s%s%.60s add up to %.0f, all of it to %.0f",
		    record_end_name[s->end], info->source, info->name, *s->key ? " " : "", s->key,
		    s->inside, s->whole);
}

static void each(const struct consistency *c, void (*sentence)(void *data, const char *sentence),
		 void *data)
{
	static void (*const rules[])(const struct consistency *c, const struct saying *to) = {
		windows_of_ends,  windows_of_sources, cpu_window,	cpu_busy,
		cpu_threads,	  cpu_components,     cpu_softirq,	bytes_of_ends,
		bytes_of_flows,	  bytes_of_segments,  bytes_of_devices, bytes_of_report,
		calls_of_threads, parts_of_wholes,    energy_of_power,
	};
	struct saying to = {sentence, data, c};

	/* Of two machines only what crosses from one to the other is held together. */
	if (c->of_machine[0]) {
		windows_of_ends(c, &to);
		bytes_of_ends(c, &to);
		for (int i = 0; i < 2; i++)
			each(c->of_machine[i], sentence, data);
		return;
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		rules[i](c, &to);
	steps_each(&c->steps, on_step, &to);
}

/* What is of no machine, too. */
void consistency_each(const struct consistency *c,
		      void (*sentence)(void *data, const char *sentence), void *data)
{
	const struct saying to = {sentence, data, c};
	unsigned int others = c->below_zero_rows - 1;

	if (c->below_zero_rows == 1)
		say(&to, "%s, which cannot be below zero", c->below_zero);
	else if (c->below_zero_rows)
		say(&to, "%s, which cannot be below zero, and so are %u more rows", c->below_zero,
		    others);
	each(c, sentence, data);
}
