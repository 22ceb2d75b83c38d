// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/figures/doubts.h"

#include <stdio.h>
#include <string.h>

#include "record/number.h"

/* A window may be longer than asked for by what starting and ending takes. */
#define WINDOW_SHARE 1.1
#define WINDOW_S     0.2
/* As much of the window as two figures that are told apart may differ by. */
#define EDGES_SHARE 0.01
/* A CPU that is hardly ever idle has all of its ticks. */
#define IDLE_SHARE	  0.02
#define UNACCOUNTED_SHARE 0.05
#define THREADS_SHARE	  1.05
#define THREADS_NS	  5e7
/* Of the CPUs' time: workers of the kernel and zcprof itself take some percent, and a tick bills 10 ms too many. */
#define OTHERS_SHARE 0.1

/* Of a CPU's time so much more is known, in rows of any order. */
static void take_cpu(struct doubts *d, enum record_end end, struct text key, double ns, bool idle,
		     bool unbilled)
{
	double number;
	struct doubts_cpu *cpu;

	d->all_ns += ns;
	if (number_parse(key.at, key.len, &number) || !(number >= 0 && number < DOUBTS_CPUS))
		return;
	cpu = &d->cpu[end_side(end) == END_TX][(int)number];
	cpu->all_ns += ns;
	cpu->idle_ns += idle ? ns : 0;
	cpu->unbilled_ns += unbilled ? ns : 0;
}

/* Where a CPU sleeps, ticks may miss what it does between; else they are all there, if it was let run. */
static double held_up_ns(const struct doubts *d)
{
	double sum = 0;

	for (int tx = 0; tx < 2; tx++)
		for (const struct doubts_cpu *c = d->cpu[tx]; c < d->cpu[tx] + DOUBTS_CPUS; c++)
			if (c->idle_ns < IDLE_SHARE * c->all_ns)
				sum += c->unbilled_ns;
	return sum;
}

void doubts_take(struct doubts *d, enum metric_id id, enum record_end end, struct text key,
		 struct text value, double number)
{
	double seconds;
	bool closes;

	switch (id) {
	case METRIC_fact_option:
	case METRIC_fact_attached:
		if (key.len == strlen("seconds") && !memcmp(key.at, "seconds", key.len) &&
		    !number_parse(value.at, value.len, &seconds))
			d->asked_s = seconds;
		break;
	case METRIC_path_window_ns:
		if (number > d->window_ns)
			d->window_ns = number;
		break;
	case METRIC_path_edge_spread:
		closes = key.len && *key.at == 'c';
		if (number > d->edge_ns[closes])
			d->edge_ns[closes] = number;
		break;
	case METRIC_collector_window:
		if (!d->measured_ns || number < d->measured_ns)
			d->measured_ns = number;
		break;
	case METRIC_cpu_user:
	case METRIC_cpu_system:
		d->tasks_ns += number;
		/* fallthrough */
	case METRIC_cpu_irq:
	case METRIC_cpu_softirq:
	case METRIC_cpu_unaccounted:
		d->busy_ns += number;
		take_cpu(d, end, key, number, false, id == METRIC_cpu_unaccounted);
		break;
	case METRIC_cpu_iowait:
	case METRIC_cpu_idle:
	case METRIC_cpu_steal:
		take_cpu(d, end, key, number, id != METRIC_cpu_steal, false);
		break;
	case METRIC_cpu_thread:
		d->threads_ns += number;
		if (key.len < 10 || memcmp(key.at, "ksoftirqd/", 10) != 0)
			d->programs_ns += number;
		break;
	default:
		break;
	}
}

double doubts_kind(const struct doubts *d, enum doubt kind, char *text, size_t size)
{
	double edges_ns = d->edge_ns[0] + d->edge_ns[1], held_up;

	*text = '\0';
	switch (kind) {
	case DOUBT_LONG:
		if (!(d->asked_s > 0) ||
		    !(d->window_ns > 1e9 * (WINDOW_SHARE * d->asked_s + WINDOW_S)))
			return 0;
		snprintf(text, size,
			 "its window of %.1f s is longer than the %.1f s that were asked for",
			 d->window_ns / 1e9, d->asked_s);
		return d->window_ns / 1e9 / d->asked_s;
	case DOUBT_EDGES:
		if (!(d->window_ns > 0) || !(edges_ns > EDGES_SHARE * d->window_ns))
			return 0;
		snprintf(text, size,
			 "its flows were read over %.0f ms at the edges of its window, so that what they count together may be off by %.1f %% at the most, where they are not alike",
			 edges_ns / 1e6, 100 * edges_ns / d->window_ns);
		return edges_ns / d->window_ns;
	case DOUBT_MEASURED:
		if (!(d->measured_ns > 0) ||
		    !(d->window_ns > WINDOW_SHARE * d->measured_ns + 1e9 * WINDOW_S))
			return 0;
		snprintf(text, size,
			 "sources measured for %.2f s of its window of %.2f s, so that what they counted is too little for the bytes that were moved",
			 d->measured_ns / 1e9, d->window_ns / 1e9);
		return d->window_ns / d->measured_ns;
	case DOUBT_UNBILLED:
		held_up = held_up_ns(d) / d->all_ns;
		if (!(held_up > UNACCOUNTED_SHARE))
			return 0;
		snprintf(text, size,
			 "CPUs that were never idle have ticks for less than their time, as where a hypervisor does not let them run: C may be too large by %.0f %% of all their time",
			 100 * held_up);
		return held_up;
	case DOUBT_THREADS:
		if (!(d->busy_ns > 0) || !(d->threads_ns > THREADS_SHARE * d->busy_ns + THREADS_NS))
			return 0;
		snprintf(text, size,
			 "the scheduler says that threads ran for %.2f s, and the CPUs were awake for %.2f s, from which C is",
			 d->threads_ns / 1e9, d->busy_ns / 1e9);
		return d->threads_ns / d->busy_ns;
	/* Softirqs that come upon a thread may be in its time as well, so this is the least that others had. */
	case DOUBT_OTHERS:
		if (!(d->programs_ns > 0) ||
		    !(d->tasks_ns - d->threads_ns > OTHERS_SHARE * d->all_ns))
			return 0;
		snprintf(text, size,
			 "tasks of neither end had at least %.0f %% of the CPU time that C counts",
			 100 * (d->tasks_ns - d->threads_ns) / d->busy_ns);
		return (d->tasks_ns - d->threads_ns) / d->busy_ns;
	case DOUBT_COUNT:
		break;
	}
	return 0;
}

bool doubts_print(const struct doubts *d, char *text, size_t size)
{
	size_t used = 0;
	char one[200];

	*text = '\0';
	for (enum doubt kind = 0; kind < DOUBT_COUNT; kind++)
		if (doubts_kind(d, kind, one, sizeof(one)) > 0 && used < size)
			used += snprintf(text + used, size - used, "%s%s", used ? "; " : "", one);
	return used;
}
