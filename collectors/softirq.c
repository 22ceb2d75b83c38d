// SPDX-License-Identifier: GPL-2.0-or-later
/* The softirqs of the network and NAPI's polls, by bpf/softirq.bpf.c. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "bpf/softirq.h"
#include "bpf/softirq.skel.h"
#include "collectors/bpf_load.h"
#include "collectors/collector.h"
#include "collectors/list.h"

struct state {
	struct softirq_bpf *bpf;
	struct softirq_cpu *counts; /* the map's memory, one element per CPU */
	unsigned int cpus;
	__u64 missed[EDGE_COUNT]; /* runs that the kernel turned away, by edge */
};

static size_t counts_bytes(const struct state *s)
{
	return (s->cpus * sizeof(*s->counts) + 4095) / 4096 * 4096;
}

static int map_counts(struct state *s, const struct run *run)
{
	void *counts = mmap(NULL, counts_bytes(s), PROT_READ | PROT_WRITE, MAP_SHARED,
			    bpf_map__fd(s->bpf->maps.counts), 0);

	if (counts == MAP_FAILED)
		return -errno;
	s->counts = counts;
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++)
		s->counts[cpu].home = run_cpu_end(run, cpu);
	return 0;
}

static int softirq_open(void **state, const struct run *run, const char **means, char *why,
			size_t why_size)
{
	struct state *s = calloc(1, sizeof(*s));
	int error;

	*state = s;
	if (!s) {
		snprintf(why, why_size, "out of memory");
		return -1;
	}
	bpf_quiet();
	s->cpus = bpf_cpus();
	s->bpf = softirq_bpf__open();
	if (!s->bpf)
		return bpf_refused(errno, "opening the softirq programs", why, why_size);
	if (bpf_run_tgids((void *)s->bpf->rodata->run_tgid, run, why, why_size))
		return -1;
	bpf_map__set_max_entries(s->bpf->maps.counts, s->cpus);
	if (bpf_load(s->bpf->skeleton, "softirq", why, why_size))
		return -1;
	error = map_counts(s, run);
	if (error)
		return bpf_refused(error, "mapping the table of softirqs", why, why_size);
	if (bpf_attach(s->bpf->skeleton, "softirq", why, why_size))
		return -1;
	*means = "raw_tracepoint";
	return 0;
}

static int softirq_snapshot(void *state, enum edge edge)
{
	struct state *s = state;

	bpf_window_edge(&s->bpf->data->window, edge);
	s->missed[edge] = bpf_missed_all(s->bpf->obj);
	return 0;
}

/*
 * The ends first: a run whose end is not seen any more has lasted until after the window, and a run
 * that begins meanwhile is not of it.
 */
static void stop(struct state *s)
{
	bpf_link__destroy(s->bpf->links.softirq_ends);
	s->bpf->links.softirq_ends = NULL;
	softirq_bpf__detach(s->bpf);
}

/* The run that a CPU was in when the window closed, and still is. */
static void add_in_progress(const struct window *window, struct softirq_cpu *c)
{
	__u64 from = c->start_ns > window->open_ns ? c->start_ns : window->open_ns;
	struct softirq_runs *runs;

	if (!c->start_ns || from >= window->close_ns)
		return;
	runs = &c->figures[c->end].kind[c->kind];
	runs->total_ns += window->close_ns - from;
	if (c->in_ksoftirqd)
		runs->ksoftirqd_ns += window->close_ns - from;
}

static bool did_anything(const struct softirq_figures *f)
{
	__u64 any = f->polls | f->wakeups;

	for (int kind = 0; kind < SOFTIRQ_KINDS; kind++)
		any |= f->kind[kind].runs | f->kind[kind].total_ns;
	return any;
}

static void emit_cpu(struct writer *w, enum record_end end, unsigned int cpu,
		     const struct softirq_figures *f)
{
	const struct softirq_runs *rx = &f->kind[SOFTIRQ_NET_RX], *tx = &f->kind[SOFTIRQ_NET_TX];
	char key[16];

	snprintf(key, sizeof(key), "%u", cpu);
	writer_u64(w, WINDOW, end, METRIC_softirq_net_rx_time, key, rx->total_ns);
	writer_u64(w, WINDOW, end, METRIC_softirq_net_rx_runs, key, rx->runs);
	writer_u64(w, WINDOW, end, METRIC_softirq_net_tx_time, key, tx->total_ns);
	writer_u64(w, WINDOW, end, METRIC_softirq_net_tx_runs, key, tx->runs);
	writer_u64(w, WINDOW, end, METRIC_softirq_in_ksoftirqd, key,
		   rx->ksoftirqd_ns + tx->ksoftirqd_ns);
	writer_u64(w, WINDOW, end, METRIC_softirq_wakeups, key, f->wakeups);
	writer_u64(w, WINDOW, end, METRIC_softirq_polls, key, f->polls);
	writer_u64(w, WINDOW, end, METRIC_softirq_packets, key, f->packets);
	writer_u64(w, WINDOW, end, METRIC_softirq_budget_spent, key, f->budget_spent);
}

static void softirq_emit(void *state, struct writer *w)
{
	struct state *s = state;
	uint64_t work[END_COUNT][HISTOGRAM_BUCKETS] = {0};

	stop(s);
	for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
		struct softirq_cpu c = s->counts[cpu];

		add_in_progress(&s->bpf->data->window, &c);
		for (enum record_end end = END_HOST; end < END_COUNT; end++) {
			const struct softirq_figures *f = &c.figures[end];

			if (did_anything(f))
				emit_cpu(w, end, cpu, f);
			for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
				work[end][i] += f->work[i];
		}
	}
	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		writer_histogram(w, end, METRIC_softirq_work, NULL, work[end]);
	writer_u64(w, WINDOW, END_HOST, METRIC_softirq_lost, NULL,
		   s->missed[EDGE_CLOSE] - s->missed[EDGE_OPEN]);
}

static void softirq_close(void *state)
{
	struct state *s = state;

	if (!s)
		return;
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
	.close = softirq_close,
};
