// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/consistency.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A CPU's time by mode is a multiple of the tick at each edge, and edges are not one moment. */
#define TICK_NS	     20e6
#define CPU_SHARE    1.25
#define SAMPLE_SHARE 2.0
/* Between the two ends lies what is in flight: socket buffers, and what a late edge let through. */
#define FLIGHT_SHARE 0.1
#define FLIGHT_BYTES 256e6
#define STEPS_SHARE  1.05

static void window_row(struct consistency *c, const struct row *row)
{
	switch (row->id) {
	case METRIC_path_bytes:
		c->moved[row->end] = true;
		c->bytes[row->end] += row->number;
		break;
	case METRIC_path_window_ns:
		c->window_ns[row->end] = row->number;
		break;
	case METRIC_cpu_thread:
		c->threads_ns += row->number;
		break;
	case METRIC_cpu_busy:
	case METRIC_cpu_elsewhere:
		c->busy += row->number / 100;
		break;
	case METRIC_cpu_unaccounted:
	case METRIC_cpu_steal:
		c->billed_elsewhere_ns += row->number;
		break;
	case METRIC_cpu_idle:
		c->cpus++;
		break;
	case METRIC_profile_component:
		c->profiled = true;
		if (row->key.len < 5 || memcmp(row->key.at, "idle/", 5) != 0)
			c->components_ns += row->number;
		break;
	case METRIC_profile_period:
		c->period_ns = row->number;
		break;
	case METRIC_selfcost_edge_spread:
		c->spread_ns += row->number;
		break;
	default:
		break;
	}
}

void consistency_row(struct consistency *c, const struct row *row)
{
	if (row->id == METRIC_fact_attached)
		c->attached = true;
	if (row->time_s == WINDOW)
		window_row(c, row);
	else if (row->id == METRIC_path_bytes)
		c->steps[row->end] += row->number;
}

struct saying {
	void (*say)(void *data, const char *sentence);
	void *data;
};

__attribute__((format(printf, 2, 3))) static void say(const struct saying *to, const char *format,
						      ...)
{
	char sentence[300];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	to->say(to->data, sentence);
}

static void compare_cpu(const struct consistency *c, const struct saying *to)
{
	double window = fmax(c->window_ns[END_RX], c->window_ns[END_TX]);
	double busy = c->busy * window;
	double blur = c->cpus * (TICK_NS + c->spread_ns);
	/* As of a Poisson process: three deviations. */
	double samples = 3 * sqrt(c->components_ns * c->period_ns);

	/* Without rows of CPUs there is nothing to compare with. */
	if (!c->cpus || !(window > 0))
		return;
	if (c->threads_ns > CPU_SHARE * (busy + c->billed_elsewhere_ns) + blur)
		say(to, "threads used %.3f s of CPU time, but the CPUs were busy for %.3f s",
		    c->threads_ns / 1e9, busy / 1e9);
	if (c->profiled &&
	    c->components_ns > SAMPLE_SHARE * (busy + c->billed_elsewhere_ns) + blur + samples)
		say(to, "components add up to %.3f s of CPU time, but the CPUs were busy for %.3f s",
		    c->components_ns / 1e9, busy / 1e9);
}

static void compare_ends(const struct consistency *c, const struct saying *to)
{
	double rx = c->bytes[END_RX], tx = c->bytes[END_TX];
	double longer = fmax(c->window_ns[END_RX], c->window_ns[END_TX]);
	double shorter = fmin(c->window_ns[END_RX], c->window_ns[END_TX]);

	/* Whoever was attached to may have other peers. */
	if (c->attached || !(shorter > 0) || !c->moved[END_RX] || !c->moved[END_TX])
		return;
	if (fabs(rx - tx) > FLIGHT_SHARE * fmax(rx, tx) + FLIGHT_BYTES)
		say(to, "tx sent %.0f bytes in the window, but rx received %.0f", tx, rx);
	if (longer - shorter > 0.1 * longer + 1e9)
		say(to, "the window of one end is %.3f s long, that of the other %.3f s",
		    longer / 1e9, shorter / 1e9);
}

void consistency_each(const struct consistency *c,
		      void (*sentence)(void *data, const char *sentence), void *data)
{
	const struct saying to = {sentence, data};

	compare_cpu(c, &to);
	compare_ends(c, &to);
	for (enum record_end end = 0; end < END_COUNT; end++)
		if (c->window_ns[end] > 0 && c->bytes[end] > 0 &&
		    c->steps[end] > STEPS_SHARE * c->bytes[end] + FLIGHT_BYTES)
			say(&to,
			    "rows inside the window of %s add up to %.0f bytes, all of it to %.0f",
			    record_end_name[end], c->steps[end], c->bytes[end]);
}
