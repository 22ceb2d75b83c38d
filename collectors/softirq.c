// SPDX-License-Identifier: GPL-2.0-or-later
/* The softirqs of the network and NAPI's polls, by bpf/softirq.bpf.c. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bpf/softirq.h"
#include "bpf/softirq.skel.h"
#include "collectors/kit/bpf_load.h"
#include "collectors/collector.h"
#include "collectors/list.h"
#include "collectors/kit/ksoftirqd.h"
#include "collectors/kit/missed.h"
#include "collectors/kit/slices.h"

/* At 180,000 softirqs a second these programs take a twentieth of a CPU; so not all the time. */
#define SLICE_NS 20000000

struct state {
	struct softirq_bpf *bpf;
	struct softirq_cpu *counts; /* the map's memory, one element per CPU */
	struct slices *slices;
	struct ksoftirqd *ksoftirqd; /* NULL: its wake-ups are counted by a program */
	bool attached;
	bool apart; /* packets tell whose they are */
	unsigned int cpus;
	struct missed missed;
};

static size_t counts_bytes(const struct state *s)
{
	return (s->cpus * sizeof(*s->counts) + 4095) / 4096 * 4096;
}

static int map_counts(struct state *s, const struct measurement *run)
{
	void *counts = mmap(NULL, counts_bytes(s), PROT_READ | PROT_WRITE, MAP_SHARED,
			    bpf_map__fd(s->bpf->maps.counts), 0);

	if (counts == MAP_FAILED)
		return -errno;
	s->counts = counts;
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		s->counts[cpu].home = target_of_cpu(run->target, cpu);
	return 0;
}

static int slice_on(void *state, __u64 slice_ns)
{
	struct state *s = state;

	(void)slice_ns;
	if (!s->attached && softirq_bpf__attach(s->bpf))
		return -1;
	s->attached = true;
	bpf_slice_begin(&s->bpf->data->window);
	return 0;
}

/* The run that a CPU was in when the slice ended, and still is. */
static void add_in_progress(const struct window *window, struct softirq_cpu *c)
{
	__u64 from = c->start_ns > window->open_ns ? c->start_ns : window->open_ns;
	__u16 end = c->end < END_COUNT ? c->end : c->home;
	struct softirq_runs *runs = &c->figures[end].kind[c->kind];

	if (c->start_ns && from < window->close_ns) {
		runs->total_ns += window->close_ns - from;
		if (c->in_ksoftirqd)
			runs->ksoftirqd_ns += window->close_ns - from;
	}
	c->start_ns = 0;
}

/*
 * The ends go first: a run whose end is not seen any more has lasted until after the slice, and a
 * run that begins meanwhile is not of it.
 */
static __u64 slice_off(void *state)
{
	struct state *s = state;
	__u64 ns = bpf_slice_end(&s->bpf->data->window);

	bpf_link__destroy(s->bpf->links.softirq_ends);
	s->bpf->links.softirq_ends = NULL;
	softirq_bpf__detach(s->bpf);
	s->attached = false;
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		add_in_progress(&s->bpf->data->window, &s->counts[cpu]);
	return ns;
}

/* In the order of rows. */
enum { FIGURES = 9 };

static const enum metric_id metric_of[FIGURES] = {
	METRIC_softirq_net_rx_time, METRIC_softirq_net_rx_runs,	 METRIC_softirq_net_tx_time,
	METRIC_softirq_net_tx_runs, METRIC_softirq_in_ksoftirqd, METRIC_softirq_wakeups,
	METRIC_softirq_polls,	    METRIC_softirq_packets,	 METRIC_softirq_budget_spent,
};

static void figures_in(const struct softirq_figures *f, __u64 *value)
{
	const struct softirq_runs *rx = &f->kind[SOFTIRQ_NET_RX], *tx = &f->kind[SOFTIRQ_NET_TX];
	const __u64 values[FIGURES] = {
		rx->total_ns,
		rx->runs,
		tx->total_ns,
		tx->runs,
		rx->ksoftirqd_ns + tx->ksoftirqd_ns,
		f->wakeups,
		f->polls,
		f->packets,
		f->budget_spent,
	};

	memcpy(value, values, sizeof(values));
}

/* Of each end, all CPUs together. */
static void read_figures(void *state, __u64 *total)
{
	const struct state *s = state;
	__u64 value[FIGURES];

	memset(total, 0, END_COUNT * FIGURES * sizeof(*total));
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		for (enum record_end end = END_HOST; end < END_COUNT; end++) {
			figures_in(&s->counts[cpu].figures[end], value);
			for (int i = 0; i < FIGURES; i++)
				total[(int)end * FIGURES + i] += value[i];
		}
}

/* A poll comes with a softirq that begins and ends. */
static __u64 events(void *state)
{
	const struct state *s = state;
	__u64 sum = 0;

	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		for (enum record_end end = END_HOST; end < END_COUNT; end++)
			sum += 3 * s->counts[cpu].figures[end].polls;
	return sum;
}

static const struct slices_work slices_work = {
	.on = slice_on,
	.off = slice_off,
	.slice_ns = SLICE_NS,
	.follows = MEASURE_PACKETS,
	.figures = END_COUNT * FIGURES,
	.read = read_figures,
	.events = events,
};

static int softirq_open(void **state, const struct measurement *run, const char **means, char *why,
			size_t why_size)
{
	struct state *s = calloc(1, sizeof(*s));
	int error;

	*state = s;
	if (!s) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	bpf_quiet();
	s->cpus = bpf_cpus();
	s->bpf = softirq_bpf__open();
	if (!s->bpf)
		return bpf_refused(errno, "opening the softirq programs", why, why_size);
	if (bpf_run_scope((void *)s->bpf->rodata->run_scope, run, why, why_size))
		return -1;
	/* They are rare, and come in bursts of their own: slices would tell them badly. */
	s->ksoftirqd = run->exact ? NULL : ksoftirqd_open(s->cpus);
	bpf_program__set_autoload(s->bpf->progs.softirq_wakeup, !s->ksoftirqd);
	s->apart = s->bpf->rodata->run_scope[END_RX].devices_netns;
	bpf_program__set_autoload(s->bpf->progs.softirq_packet, s->apart);
	bpf_program__set_autoload(s->bpf->progs.softirq_packet_gro, s->apart);
	bpf_map__set_max_entries(s->bpf->maps.counts, s->cpus);
	if (bpf_load(s->bpf->skeleton, "softirq", why, why_size))
		return -1;
	error = map_counts(s, run);
	if (error)
		return bpf_refused(error, "mapping the table of softirqs", why, why_size);
	if (bpf_attach(s->bpf->skeleton, "softirq", why, why_size))
		return -1;
	s->attached = run->exact;
	if (!s->attached)
		softirq_bpf__detach(s->bpf); /* it was to see whether it can be */
	s->slices = slices_open(&slices_work, run, s);
	if (!s->slices) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	*means = "raw_tracepoint";
	return 0;
}

static int softirq_snapshot(void *state, enum edge edge)
{
	struct state *s = state;

	missed_read(&s->missed, s->bpf->obj, edge);
	ksoftirqd_read(s->ksoftirqd, edge);
	if (edge == EDGE_OPEN)
		return slices_begin(s->slices);
	slices_end(s->slices);
	return 0;
}

static bool did_anything(const struct softirq_figures *f)
{
	__u64 any = f->polls | f->wakeups;

	for (int kind = 0; kind < SOFTIRQ_KINDS; kind++)
		any |= f->kind[kind].runs | f->kind[kind].total_ns;
	return any;
}

/* The error of one CPU's part is that of all CPUs', and what chance makes of the events of it. */
static void emit_cpu(const struct state *s, struct writer *w, enum record_end end, unsigned int cpu,
		     double scale)
{
	const struct softirq_figures *f = &s->counts[cpu].figures[end];
	__u64 value[FIGURES];
	char key[16];

	snprintf(key, sizeof(key), "%u", cpu);
	figures_in(f, value);
	for (int i = 0; i < FIGURES; i++) {
		bool is_time;
		double error;

		if (s->ksoftirqd && metric_of[i] == METRIC_softirq_wakeups)
			continue;
		is_time = !strcmp(metric_info(metric_of[i])->unit, "ns");
		error = slices_error(s->slices, (unsigned int)((int)end * FIGURES + i));

		writer_u64(w, WINDOW, end, metric_of[i], key, slices_scaled(value[i], scale));
		if (value[i])
			slices_say_error(s->slices, w, end, metric_of[i], key,
					 slices_error_part(error, is_time ? f->polls : value[i]));
	}
}

/* What NET_RX did for this end on a CPU of the other, where that is known; nothing is a figure too. */
static void emit_across(const struct state *s, struct writer *w, enum record_end end,
			unsigned int cpu, double scale)
{
	const struct softirq_cpu *c = &s->counts[cpu];
	const struct softirq_figures *f = &c->figures[end];
	double error = slices_error(s->slices, (unsigned int)((int)end * FIGURES));
	char key[16];

	if (!s->apart || c->home == END_HOST || end == (enum record_end)c->home)
		return;
	snprintf(key, sizeof(key), "%u", cpu);
	writer_u64(w, WINDOW, end, METRIC_softirq_across, key,
		   slices_scaled(f->kind[SOFTIRQ_NET_RX].total_ns, scale));
	if (f->kind[SOFTIRQ_NET_RX].total_ns)
		slices_say_error(s->slices, w, end, METRIC_softirq_across, key,
				 slices_error_part(error, f->polls));
}

/* As the kernel counts them: of the end whose CPU it was. */
static void emit_woken(const struct state *s, struct writer *w)
{
	bool any = false;

	for (unsigned int cpu = 0; s->ksoftirqd && cpu < s->cpus; cpu++) {
		char key[16];
		__u64 times;

		snprintf(key, sizeof(key), "%u", cpu);
		if (!ksoftirqd_woken(s->ksoftirqd, cpu, &times))
			continue; /* the CPU is not there */
		writer_u64(w, WINDOW, (enum record_end)s->counts[cpu].home, METRIC_softirq_wakeups,
			   key, times);
		any = true;
	}
	if (s->ksoftirqd && !any)
		writer_absent_metric(w, END_HOST, METRIC_softirq_wakeups,
				     "how often ksoftirqd slept could not be read of any CPU");
}

static void emit_rows(const struct state *s, struct writer *w, double scale)
{
	uint64_t work[END_COUNT][HISTOGRAM_BUCKETS] = {0};

	slices_say(s->slices, w, "softirq");
	emit_woken(s, w);
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		for (enum record_end end = END_HOST; end < END_COUNT; end++) {
			const struct softirq_figures *f = &s->counts[cpu].figures[end];

			if (did_anything(f))
				emit_cpu(s, w, end, cpu, scale);
			emit_across(s, w, end, cpu, scale);
			for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
				work[end][i] += slices_scaled(f->work[i], scale);
		}
	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		writer_histogram(w, end, METRIC_softirq_work, NULL, work[end]);
	missed_row(&s->missed, w, METRIC_softirq_lost, 0, scale);
}

static void softirq_emit(void *state, struct writer *w)
{
	struct state *s = state;
	double scale;

	slices_wait(s->slices);
	scale = slices_scale(s->slices);
	if (scale > 0)
		emit_rows(s, w, scale);
	else
		slices_absent(s->slices, w, "softirq");
}

static void softirq_look(void *state, struct writer *w)
{
	struct state *s = state;
	double scale;

	missed_read(&s->missed, s->bpf->obj, EDGE_CLOSE);
	ksoftirqd_read(s->ksoftirqd, EDGE_CLOSE);
	scale = slices_hold(s->slices);
	if (scale > 0)
		emit_rows(s, w, scale);
	slices_let(s->slices);
}

static void softirq_close(void *state)
{
	struct state *s = state;

	if (!s)
		return;
	slices_close(s->slices);
	ksoftirqd_close(s->ksoftirqd);
	if (s->counts)
		munmap(s->counts, counts_bytes(s));
	softirq_bpf__destroy(s->bpf);
	free(s);
}

const struct collector_ops softirq_collector = {
	.source = "softirq",
	.what = "softirqs of the network: runs, time, NAPI polls and their work",
	.open = softirq_open,
	.snapshot = softirq_snapshot,
	.emit = softirq_emit,
	.look = softirq_look,
	.close = softirq_close,
};
