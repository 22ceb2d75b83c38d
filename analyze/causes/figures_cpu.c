// SPDX-License-Identifier: GPL-2.0-or-later
/* Figures of the CPUs of an end. */
#include "analyze/causes/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/figures/ledger.h"
#include "record/components.h"

/* What is billed in ticks may come to a little more than there is. */
static double percent_of_window(const struct run *run, enum record_end end, double ns)
{
	double percent = 100 * ns / run_window_ns(run, end);

	return percent > 100 ? 100 : percent;
}

/* Of the window. */
#define LEAST_RUN 0.01
/* As many as CPU_SETSIZE. */
#define CPUS_MAX 1024

/* A list such as 0,2-5, as it stands in a fact. */
static bool in_list(const char *list, long cpu)
{
	while (list && *list) {
		char *rest;
		long first = strtol(list, &rest, 10);
		long last = first;

		if (rest == list)
			return false;
		if (*rest == '-')
			last = strtol(rest + 1, &rest, 10);
		if (cpu >= first && cpu <= last)
			return true;
		list = *rest ? rest + 1 : rest;
	}
	return false;
}

/* A CPU's rows are those of the end that it belongs to. */
static double of_cpu(const struct run *run, enum record_end of, enum metric_id id, long cpu)
{
	double found = NAN;
	char key[32];

	snprintf(key, sizeof(key), "%ld", cpu);
	for (enum record_end end = 0; end < RECORD_ENDS && isnan(found); end++)
		if (!run->apart || end_machine(end) == end_machine(of))
			found = run_figure(run, id, end, key);
	return found;
}

static double ticks_of(const struct run *run, enum record_end end, long cpu)
{
	return of_cpu(run, end, METRIC_cpu_user, cpu) + of_cpu(run, end, METRIC_cpu_system, cpu) +
	       of_cpu(run, end, METRIC_cpu_irq, cpu) + of_cpu(run, end, METRIC_cpu_softirq, cpu);
}

static double busy_of(const struct run *run, enum record_end end, long cpu)
{
	return ticks_of(run, end, cpu) + fmax(of_cpu(run, end, METRIC_cpu_unaccounted, cpu), 0);
}

static const char *cpus_of(const struct run *run, enum record_end end)
{
	const char *list = run_fact(run, METRIC_fact_end_cpus, end, NULL);

	return list && *list ? list : NULL;
}

double figure_busiest(const struct run *run, enum record_end end)
{
	const char *list = cpus_of(run, end);
	double most = NAN;

	for (long cpu = 0; list && cpu < CPUS_MAX; cpu++)
		if (in_list(list, cpu))
			most = fmax(most, busy_of(run, end, cpu));
	/* What other tools say of one CPU has no modes. */
	if (list && isnan(most) && !list[strspn(list, "0123456789")])
		return run_sum(run, METRIC_cpu_busy, end);
	return percent_of_window(run, end, most);
}

double figure_idle(const struct run *run, enum record_end end)
{
	return 100 - figure_busiest(run, end);
}

static bool is_ksoftirqd(const struct figure *thread)
{
	return !strncmp(thread->key, "ksoftirqd/", strlen("ksoftirqd/"));
}

/*
 * The busiest ksoftirqd of the end's CPUs, which does the network's work. A CPU that both ends have stands with one of
 * them. Where an end may run on any CPU, any of them may have been its own.
 */
static double softirqs_of(const struct run *run, enum record_end of)
{
	const char *list = cpus_of(run, of);
	bool placed = list && *list >= '0' && *list <= '9';
	double most = 0;

	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		struct figures ran = run_range(run, METRIC_cpu_thread, end);

		for (size_t i = 0; i < ran.count; i++) {
			const struct figure *one = &ran.at[i];
			bool here = !run->apart || end_machine(end) == end_machine(of);

			if (is_ksoftirqd(one) && here &&
			    (!placed || in_list(list, strtol(strchr(one->key, '/') + 1, NULL, 10))))
				most = fmax(most, one->value);
		}
	}
	return most;
}

/* In %: less of others' time is a tick here and there. */
#define OTHERS_SEEN 1

/* A thread that a softirq wakes waits until it is done; how much of them that was no one knows, where others ran too. */
static double softirqs_before(const struct run *run, enum record_end end)
{
	const char *list = cpus_of(run, end);
	double most = 0;

	if (!(figure_others(run, end) < OTHERS_SEEN))
		return 0;
	for (long cpu = 0; list && cpu < CPUS_MAX; cpu++)
		if (in_list(list, cpu))
			most = fmax(most, of_cpu(run, end, METRIC_cpu_softirq, cpu));
	return most;
}

/*
 * What the traffic's own work ran on the CPU of one of the end's threads: the network's in ksoftirqd, and in softirqs where
 * nobody else was seen; and, where there are more threads than CPUs, the thread's siblings, by turns. Those of the other
 * end are siblings too as far as its CPUs are this end's.
 */
struct own_work {
	double network_ns;
	double threads_ns; /* of all of them */
	double turns;	   /* the part of its siblings' time that a thread waits */
};

static void add_threads(struct own_work *own, long *threads, const struct run *run,
			enum record_end end, double part)
{
	struct figures ran = run_range(run, METRIC_cpu_thread, end);
	double least_ns = LEAST_RUN * run_window_ns(run, end);

	for (size_t i = 0; i < ran.count; i++) {
		if (is_ksoftirqd(&ran.at[i]))
			continue;
		own->threads_ns += part * ran.at[i].value;
		*threads += part * ran.at[i].value > least_ns;
	}
}

static struct own_work own_work_of(const struct run *run, enum record_end end)
{
	struct own_work own = {.network_ns = softirqs_of(run, end) + softirqs_before(run, end)};
	enum record_end other = end == END_RX ? END_TX : END_RX;
	const char *list = cpus_of(run, end);
	double shared = figure_shared(run, other);
	long threads = 0, cpus = 0;

	add_threads(&own, &threads, run, end, 1);
	if (shared > 0)
		add_threads(&own, &threads, run, other, shared / 100);
	for (long cpu = 0; list && cpu < CPUS_MAX; cpu++)
		cpus += in_list(list, cpu);
	own.turns = cpus > 0 && threads > cpus ? 1.0 / cpus : 0;
	return own;
}

/* The thread that waited most for others than the end's own work, and how long; NULL where no wait was measured. */
static const struct figure *waited_most(const struct run *run, enum record_end end, double *ns)
{
	struct figures waits = run_range(run, METRIC_cpu_wait, end);
	struct own_work own = own_work_of(run, end);
	const struct figure *most = NULL;

	*ns = NAN;
	for (size_t i = 0; i < waits.count; i++) {
		const struct figure *one = &waits.at[i];
		double ran = run_figure(run, METRIC_cpu_thread, end, one->key);
		double siblings = own.threads_ns - (isnan(ran) || is_ksoftirqd(one) ? 0 : ran);
		double wait = fmax(0, one->value - own.network_ns - own.turns * siblings);

		/* Of two that waited for nobody else the one that waited at all. */
		if (most && (wait < *ns || (wait == *ns && one->value <= most->value)))
			continue;
		most = one;
		*ns = wait;
	}
	return most;
}

double figure_waited(const struct run *run, enum record_end end)
{
	double ns;

	waited_most(run, end, &ns);
	return percent_of_window(run, end, ns);
}

double figure_slowed(const struct run *run, enum record_end end)
{
	double waited, ran;
	const struct figure *most = waited_most(run, end, &waited);

	if (!most)
		return NAN;
	ran = run_figure(run, METRIC_cpu_thread, end, most->key);
	/* A thread that hardly ran says nothing by its waiting. */
	if (!(ran > LEAST_RUN * run_window_ns(run, end)))
		return NAN;
	return (ran + waited) / ran;
}

double figure_asleep(const struct run *run, enum record_end end)
{
	struct figures ran = run_range(run, METRIC_cpu_thread, end);
	const struct figure *most = NULL;

	for (size_t i = 0; i < ran.count; i++)
		if (!is_ksoftirqd(&ran.at[i]) && (!most || ran.at[i].value > most->value))
			most = &ran.at[i];
	if (!most)
		return NAN;
	return 100 -
	       percent_of_window(run, end,
				 most->value + run_figure(run, METRIC_cpu_wait, end, most->key));
}

double figure_stopped(const struct run *run, enum record_end end)
{
	return percent_of_window(run, end, run_figure(run, METRIC_iowait_stopped, end, NULL));
}

/*
 * Softirqs that come upon a thread are in its time already, so this is the least that others had. What no tick met may have
 * been softirqs as well.
 */
double figure_others(const struct run *run, enum record_end end)
{
	const char *list = cpus_of(run, end);
	double busy = 0, own = run_sum(run, METRIC_cpu_thread, end);

	if (!list || figure_shared(run, end) > 0)
		return NAN;
	for (long cpu = 0; cpu < CPUS_MAX; cpu++)
		if (in_list(list, cpu))
			busy += ticks_of(run, end, cpu) - of_cpu(run, end, METRIC_cpu_softirq, cpu);
	return busy - own < 0 ? 0 : percent_of_window(run, end, busy - own);
}

double figure_cpus(const struct run *run, enum record_end end)
{
	const char *list = cpus_of(run, end);
	double count = 0;

	for (long cpu = 0; list && cpu < CPUS_MAX; cpu++)
		count += in_list(list, cpu);
	return count > 0 ? count : NAN;
}

/* The CPUs of a key of cpu.allowed of that edge; NULL: of the other. */
static const char *allowed_at(const struct figure *f, const char *edge)
{
	size_t len = strlen(edge);

	return !strncmp(f->key, edge, len) && f->key[len] == '/' ? f->key + len + 1 : NULL;
}

double figure_allowed(const struct run *run, enum record_end end)
{
	struct figures sets = run_range(run, METRIC_cpu_allowed, end);
	double count = 0;

	for (long cpu = 0; cpu < CPUS_MAX; cpu++) {
		bool may = false;

		for (size_t i = 0; i < sets.count && !may; i++) {
			const char *list = allowed_at(&sets.at[i], "close");

			may = list && in_list(list, cpu);
		}
		count += may;
	}
	return count > 0 ? count : NAN;
}

/* By how many more there are on the same CPUs than there were. Threads that came meanwhile are not told from moved ones. */
double figure_moved(const struct run *run, enum record_end end)
{
	struct figures sets = run_range(run, METRIC_cpu_allowed, end);
	double moved = 0, before = 0, after = 0;

	for (size_t i = 0; i < sets.count; i++) {
		const char *list = allowed_at(&sets.at[i], "close");
		char key[512];
		double was;

		before += allowed_at(&sets.at[i], "open") ? sets.at[i].value : 0;
		if (!list)
			continue;
		snprintf(key, sizeof(key), "open/%s", list);
		was = run_figure(run, METRIC_cpu_allowed, end, key);
		was = isnan(was) ? 0 : was;
		after += sets.at[i].value;
		moved += fmax(sets.at[i].value - was, 0);
	}
	moved -= fmax(after - before, 0);
	return before > 0 && after > 0 ? 100 * fmax(moved, 0) / after : NAN;
}

double figure_shared(const struct run *run, enum record_end end)
{
	const char *own = cpus_of(run, end);
	const char *other = cpus_of(run, end == END_RX ? END_TX : END_RX);
	double shared = 0, all = 0;

	/* CPUs of two machines have the same numbers, and are not the same. */
	if (run->apart)
		return 0;
	for (long cpu = 0; own && other && cpu < CPUS_MAX; cpu++) {
		all += in_list(own, cpu);
		shared += in_list(own, cpu) && in_list(other, cpu);
	}
	return all > 0 ? 100 * shared / all : NAN;
}

/* Entries of an idle state by what its exit is expected to take, over all of the machine. */
double figure_leaving_idle(const struct run *run, enum record_end end)
{
	double us = 0;
	bool known = false;

	for (enum record_end one = 0; one < RECORD_ENDS; one++) {
		struct figures entries = run_range(run, METRIC_cstate_entries, one);

		for (size_t i = 0; i < entries.count; i++) {
			double each =
				run_figure(run, METRIC_cstate_exit_latency, one, entries.at[i].key);

			known |= !isnan(each);
			us += isnan(each) ? 0 : each * entries.at[i].value;
		}
	}
	return known ? 100 * us * 1e3 / run_window_ns(run, end) : NAN;
}

double figure_tracing(const struct run *run, enum record_end end)
{
	struct figures costs = run_range(run, METRIC_profile_component, end);
	double ns = 0;

	for (size_t i = 0; i < costs.count; i++)
		if (!strcmp(cost_component(costs.at[i].key), component_name(COMPONENT_tracing)))
			ns += costs.at[i].value;
	return costs.count ? percent_of_window(run, end, ns) : NAN;
}
