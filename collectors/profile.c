// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the CPUs spend their time, by bpf/profile.bpf.c on a perf clock of every CPU. Names are looked up
 * after the window; for those of user space the processes of the run must still be there at its closing
 * edge, and no longer.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "bpf/profile.h"
#include "bpf/profile.skel.h"
#include "collectors/kit/bpf_load.h"
#include "collectors/kit/clocks.h"
#include "collectors/kit/devices.h"
#include "collectors/kit/kallsyms.h"
#include "collectors/kit/stacks.h"
#include "collectors/kit/symbols.h"
#include "collectors/kit/tally_context.h"
#include "collectors/list.h"
#include "collectors/profile_kept.h"
#include "nic/ethtool.h"

/* A process may end right behind the window, and may keep those waiting who look at it. */
#define SETTLE_NS 50000000
/* Misses for one sample: some hundred samples a second where memory is waited for most of the time. */
#define MISSES_EACH 100003

struct state {
	struct profile_bpf *bpf;
	struct clocks clocks;
	struct clocks misses; /* on the second event, */
	bool counts_misses;   /* where there is one */
	char no_misses[160];  /* else: why */
	char no_packets[200]; /* why it is not known whose packets are, where they would tell */
	struct measurement run;
	struct symbols *symbols;
	bool shares;	      /* tally_context_share(), */
	unsigned int follows; /* tally_context_follow() */
	uint64_t closed_ns;   /* of clock_ns() */
};

static void note_process(void *data, pid_t pid)
{
	symbols_note_process(data, pid);
}

/* Before the open they are surely there; at the close their maps are whole. */
static void note_processes(struct state *s)
{
	for (enum record_end end = END_RX; end <= END_TX; end++)
		target_each(&s->run.target[end], note_process, s->symbols);
}

/* Those of a vendor's own driver, and the static ones of any, have names that no map knows. */
static int note_driver(void *data, enum record_end end, const char *iface)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ethtool e;

	(void)end;
	if (ethtool_open(&e, iface))
		return 0;
	if (!ethtool_ask(&e, &info)) {
		info.driver[sizeof(info.driver) - 1] = '\0';
		symbols_driver(data, info.driver);
	}
	ethtool_close(&e);
	return 0;
}

static void find_softirqs(struct state *s)
{
	uint64_t from, to;

	if (symbols_extent(s->symbols, "net_rx_action", &from, &to)) {
		s->bpf->rodata->net_rx_from = from;
		s->bpf->rodata->net_rx_to = to;
	}
	/* From 5.12 on (net/core/dev.c). */
	if (symbols_extent(s->symbols, "napi_threaded_poll", &from, &to)) {
		s->bpf->rodata->threaded_from = from;
		s->bpf->rodata->threaded_to = to;
	}
	/* A part of the other before 6.10. */
	if (!symbols_extent(s->symbols, "handle_softirqs", &from, &to) &&
	    !symbols_extent(s->symbols, "__do_softirq", &from, &to))
		return;
	s->bpf->rodata->softirqs_from = from;
	s->bpf->rodata->softirqs_to = to;
}

/* Before the programs are loaded. */
static void choose_misses(struct state *s)
{
	s->counts_misses =
		clocks_choose_misses(&s->misses, MISSES_EACH, s->no_misses, sizeof(s->no_misses));
	bpf_program__set_autoload(s->bpf->progs.profile_miss, s->counts_misses);
	if (!s->counts_misses)
		bpf_map__set_max_entries(s->bpf->maps.misses, 1);
}

/* Without it softirqs go by the thread that they came upon, and by CPU. */
static void follow_packets(struct state *s, const struct measurement *run)
{
	unsigned int what = tally_context_packets((void *)s->bpf->rodata->run_scope, run);
	int error;

	if (what && !s->bpf->rodata->net_rx_to) {
		snprintf(s->no_packets, sizeof(s->no_packets),
			 "this kernel does not say where net_rx_action() is: what one end receives on a CPU of the other is the other's here");
		return;
	}
	error = tally_context_follow(what);
	if (error)
		bpf_refused(error, "following packets", s->no_packets, sizeof(s->no_packets));
	else
		s->follows = what;
}

/* No table by CPU is made of it: a virtual machine may have room for hundreds beside its few. */
static __u32 cpus_online(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count > 0 ? (__u32)count : bpf_cpus();
}

static int profile_open(void **state, const struct measurement *run, const char **means, char *why,
			size_t why_size)
{
	struct state *s = calloc(1, sizeof(*s));
	char none[160];
	int error;

	*state = s;
	if (s)
		s->symbols = symbols_new();
	if (!s || !s->symbols) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	s->run = *run;
	bpf_quiet();
	s->bpf = profile_bpf__open();
	if (!s->bpf)
		return bpf_refused(errno, "opening the profile program", why, why_size);
	if (bpf_run_scope((void *)s->bpf->rodata->run_scope, run, why, why_size))
		return -1;
	for (size_t cpu = 0; cpu < sizeof(s->bpf->rodata->cpu_end); cpu++)
		s->bpf->rodata->cpu_end[cpu] = target_of_cpu(run->target, cpu);
	bpf_map__set_max_entries(s->bpf->maps.kinds,
				 PROFILE_KINDS + PROFILE_KINDS_PER_CPU * cpus_online());
	if (!kallsyms_hidden())
		find_softirqs(s);
	choose_misses(s);
	s->shares = true;
	if (tally_context_share(s->bpf->obj, why, why_size))
		return -1;
	error = profile_bpf__load(s->bpf);
	if (error)
		return bpf_refused(error, "loading the profile program", why, why_size);
	if (kallsyms_hidden()) {
		snprintf(why, why_size, "%s", kallsyms_hidden());
		return -1;
	}
	note_processes(s);
	/* Where there is no device there is no driver. */
	(void)devices_each(run, note_driver, s->symbols, none, sizeof(none));
	follow_packets(s, run);
	s->counts_misses = s->counts_misses && !clocks_open(&s->misses, s->bpf->progs.profile_miss,
							    s->no_misses, sizeof(s->no_misses));
	*means = clocks_choose(&s->clocks, run->exact);
	return clocks_open(&s->clocks, s->bpf->progs.profile_sample, why, why_size);
}

static int profile_snapshot(void *state, enum edge edge)
{
	struct state *s = state;

	if (edge == EDGE_OPEN)
		clocks_renew(&s->clocks);
	if (edge == EDGE_OPEN && s->counts_misses)
		clocks_renew(&s->misses);
	bpf_window_edge(&s->bpf->data->window, edge);
	clocks_read(&s->clocks, edge);
	if (s->counts_misses)
		clocks_read(&s->misses, edge);
	if (edge == EDGE_CLOSE) {
		s->closed_ns = clock_ns();
		symbols_note_again(s->symbols);
		symbols_settle(s->symbols, SETTLE_NS);
	}
	return 0;
}

/* When a hypervisor takes the CPU away, or interrupts are off for long, a timer skips periods. */
static void missed_row(const struct state *s, const struct kept *k, struct writer *w)
{
	const struct window *window = &s->bpf->data->window;
	double due = (double)(window->close_ns - window->open_ns) / s->clocks.period_ns *
		     s->clocks.count;
	__u64 taken = kept_samples(k);

	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		taken += s->bpf->bss->lost[end];
	writer_u64(w, WINDOW, END_HOST, METRIC_profile_missed, NULL,
		   due > (double)taken ? (__u64)(due - (double)taken) : 0);
}

/* A process whose files or memory cannot be read, or are made to harm who reads them. */
static void unnamed_row(const struct state *s, struct writer *w)
{
	const char *why;
	size_t lost = symbols_lost(s->symbols, &why);
	char text[240];

	if (!lost)
		return;
	if (lost == 1)
		snprintf(text, sizeof(text), "no names for functions of %s", why);
	else
		snprintf(text, sizeof(text),
			 "no names for functions of %zu processes, the first %s", lost, why);
	writer_absent(w, END_HOST, "profile/functions", text);
}

static void cpu_rows(const struct state *s, struct writer *w)
{
	static const enum context contexts[PROFILE_WORKS] = {CONTEXT_TASK, CONTEXT_SOFTIRQ};
	int cpus = bpf_cpus() < PROFILE_CPUS ? bpf_cpus() : PROFILE_CPUS;

	for (int cpu = 0; s->bpf->rodata->softirqs_to && cpu < cpus; cpu++)
		for (enum record_end end = END_HOST; end < END_COUNT; end++)
			for (int work = 0; work < PROFILE_WORKS; work++) {
				char key[32];

				snprintf(key, sizeof(key), "%d/%s", cpu,
					 context_name(contexts[work]));
				if (s->bpf->bss->on_cpu[cpu][end][work])
					writer_u64(w, WINDOW, end, METRIC_profile_on_cpu, key,
						   s->bpf->bss->on_cpu[cpu][end][work]);
			}
}

/* A PMU with too few counters takes turns: then what came is scaled up to the window. */
static void misses_rows(struct state *s, struct writer *w)
{
	double share = s->counts_misses ? clocks_share(&s->misses) : 0;
	struct stacks *stacks = share > 0 ? stacks_new() : NULL;
	struct kept kept = {0};

	if (s->counts_misses && !stacks)
		snprintf(s->no_misses, sizeof(s->no_misses), "the PMU did not come to count them");
	if (!stacks) {
		writer_absent(w, END_HOST, "profile/misses", s->no_misses);
		return;
	}
	if (!kept_read(&kept, s->bpf->maps.misses, s->bpf->maps.stacks) &&
	    !kept_add(&kept, s->symbols, stacks, false)) {
		stacks_misses(stacks, w, MISSES_EACH / share);
		for (enum record_end end = END_HOST; end < END_COUNT; end++)
			writer_u64(w, WINDOW, end, METRIC_profile_misses_lost, NULL,
				   s->bpf->bss->misses_lost[end]);
	} else {
		writer_absent(w, END_HOST, "profile/misses",
			      "its table of samples could not be read");
	}
	stacks_free(stacks);
	kept_free(&kept);
}

static void emit_all(struct state *s, const struct kept *k, struct writer *w, struct stacks *stacks)
{
	char path[4096];

	if (s->clocks.by_time)
		missed_row(s, k, w);
	writer_f64(w, WINDOW, END_HOST, METRIC_profile_period, NULL, s->clocks.period_ns);
	clocks_rows(&s->clocks, s->run.target, &s->bpf->data->window, w);
	stacks_rows(stacks, w, s->clocks.period_ns);
	cpu_rows(s, w);
	misses_rows(s, w);
	unnamed_row(s, w);
	if (*s->no_packets)
		writer_absent(w, END_HOST, "profile/packets", s->no_packets);
	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		writer_u64(w, WINDOW, end, METRIC_profile_lost, NULL, s->bpf->bss->lost[end]);
	if (!s->run.sidecar)
		return;
	snprintf(path, sizeof(path), "%s.folded", s->run.sidecar);
	stacks_folded(stacks, path);
}

static void profile_emit(void *state, struct writer *w)
{
	struct state *s = state;
	struct stacks *stacks = stacks_new();
	struct kept kept = {0};
	int error = stacks ? 0 : -ENOMEM;

	if (!error)
		error = kept_read(&kept, s->bpf->maps.kinds, s->bpf->maps.stacks);
	if (!error)
		error = symbols_load_kernel(s->symbols, s->closed_ns);
	if (!error)
		kept_note(&kept, s->symbols);
	if (!error)
		error = kept_add(&kept, s->symbols, stacks, true);
	if (!error) {
		emit_all(s, &kept, w, stacks);
	} else {
		char why[128];

		snprintf(why, sizeof(why), "reading the samples after the window: %s",
			 strerror(-error));
		writer_absent(w, END_HOST, "profile", why);
	}
	stacks_free(stacks);
	kept_free(&kept);
}

static void profile_look(void *state, struct writer *w)
{
	struct state *s = state;
	struct stacks *stacks = stacks_new();
	struct kept kept = {0};

	/* As they were at the first look: all the kernel's names each time would cost more than the samples. */
	if (stacks && !kept_read(&kept, s->bpf->maps.kinds, s->bpf->maps.stacks) &&
	    !symbols_share_kernel(s->symbols)) {
		kept_add(&kept, s->symbols, stacks, false);
		stacks_components(stacks, w, s->clocks.period_ns);
		if (s->run.watched)
			stacks_functions(stacks, w);
		for (enum record_end end = END_HOST; end < END_COUNT; end++)
			writer_u64(w, WINDOW, end, METRIC_profile_lost, NULL,
				   s->bpf->bss->lost[end]);
	}
	stacks_free(stacks);
	kept_free(&kept);
}

static void profile_close(void *state)
{
	struct state *s = state;

	if (!s)
		return;
	clocks_close(&s->clocks);
	clocks_close(&s->misses);
	tally_context_leave(s->follows);
	profile_bpf__destroy(s->bpf);
	if (s->shares)
		tally_context_done();
	symbols_free(s->symbols);
	free(s);
}

const struct collector_ops profile_collector = {
	.source = "profile",
	.what = "CPU time by component, function and stack, 99 or 999 samples a second",
	.open = profile_open,
	.snapshot = profile_snapshot,
	.emit = profile_emit,
	.look = profile_look,
	.close = profile_close,
};
