// SPDX-License-Identifier: GPL-2.0-or-later
/* CPUs, connections, devices, softirqs, waits, and what measuring cost. */
#include <math.h>

#include "analyze/figures/average.h"
#include "analyze/show/sheet.h"

/* Of the machine, or of the first of two that has it. */
static struct averages of_machines(const struct view *v, enum metric_id id)
{
	struct averages found = {0};

	for (enum record_end end = 0; end < RECORD_ENDS && !found.count; end++) {
		if (!end_is_machine(end))
			continue;
		averages_free(&found);
		found = averages_of(v->configuration, id, end, MEAN);
	}
	return found;
}

void show_cpu(const struct view *v)
{
	static const struct sheet sheet = {
		.name = "cpu",
		.title = "Each CPU over the window",
		.key = "CPU",
		.source = "cpu",
		.columns =
			{
				{METRIC_cpu_user, "user", "%", 0, 1},
				{METRIC_cpu_system, "system", "%", 0, 1},
				{METRIC_cpu_softirq, "softirq", "%", 0, 1},
				{METRIC_cpu_irq, "irq", "%", 0, 1},
				{METRIC_cpu_unaccounted, "unaccounted", "%", 0, 1},
				{METRIC_cpu_steal, "steal", "%", 0, 1},
				{METRIC_cpu_iowait, "iowait", "%", 0, 1},
				{METRIC_cpu_idle, "idle", "%", 0, 1},
			},
	};

	show_sheet(v, &sheet);
	page_note(v->page,
		  "iowait is idle time that io_uring's wait for completions is billed as; it counts in no C.");
}

void show_tcp(const struct view *v)
{
	static const struct sheet sheet = {
		.name = "tcp",
		.title = "TCP connections",
		.key = "flow",
		.source = "tcp",
		.columns =
			{
				{METRIC_tcp_retransmits, "retrans", "segments", 1, 0},
				{METRIC_tcp_segments_out, "sent", "segments", 1, 0},
				{METRIC_tcp_segments_in, "received", "segments", 1, 0},
				{METRIC_tcp_rtt, "rtt", "us", 1, 0},
				{METRIC_tcp_cwnd, "cwnd", "segments", 1, 0},
				{METRIC_tcp_mss, "mss", "bytes", 1, 0},
				{METRIC_tcp_delivery_rate, "delivery", "Gbit/s", 8e-9, 2},
				{METRIC_tcp_rwnd_limited, "rwnd-lim", "%", 0, 1},
				{METRIC_tcp_sndbuf_limited, "sndbuf-lim", "%", 0, 1},
			},
	};

	show_sheet(v, &sheet);
}

void show_nic(const struct view *v)
{
	static const struct sheet sheet = {
		.name = "nic",
		.title = "Statistics of the device over the window; those of zero are left out",
		.key = "statistic",
		.source = "nic",
		.skip_zeros = true,
		.columns = {{METRIC_nic_statistic, "events", "", 1, 0}},
	};

	show_sheet(v, &sheet);
}

void show_softnet(const struct view *v)
{
	static const struct sheet sheet = {
		.name = "softnet",
		.title = "Softirq backlog over the window",
		.key = "CPU",
		.source = "softnet",
		.columns =
			{
				{METRIC_softnet_processed, "processed", "packets", 1, 0},
				{METRIC_softnet_dropped, "dropped", "packets", 1, 0},
				{METRIC_softnet_squeezed, "squeezed", "events", 1, 0},
				{METRIC_softnet_rps, "rps", "events", 1, 0},
			},
	};

	show_sheet(v, &sheet);
}

void show_softirq(const struct view *v)
{
	static const struct sheet cpus = {
		.name = "softirq",
		.title = "Softirqs of the network and NAPI polls over the window",
		.key = "CPU",
		.source = "softirq",
		.columns =
			{
				{METRIC_softirq_net_rx_time, "NET_RX", "%", 0, 2},
				{METRIC_softirq_net_rx_runs, "runs", "", 1, 0},
				{METRIC_softirq_net_tx_time, "NET_TX", "%", 0, 2},
				{METRIC_softirq_net_tx_runs, "runs", "", 1, 0},
				{METRIC_softirq_in_ksoftirqd, "ksoftirqd", "%", 0, 2},
				{METRIC_softirq_wakeups, "woken", "", 1, 0},
				{METRIC_softirq_polls, "polls", "", 1, 0},
				{METRIC_softirq_packets, "packets", "", 1, 0},
				{METRIC_softirq_budget_spent, "spent", "polls", 1, 0},
			},
	};
	static const struct sheet work = {
		.name = "work",
		.title = "NAPI polls by the packets they took in",
		.key = "packets from",
		.source = "softirq",
		.columns = {{METRIC_softirq_work, "polls", "", 1, 0}},
	};
	struct averages lost = of_machines(v, METRIC_softirq_lost);

	show_sheet(v, &cpus);
	if (lost.count)
		show_sheet(v, &work);
	if (averages_sum(&lost) > 0)
		page_note(v->page, "%.4g events could not be counted.", averages_sum(&lost));
	averages_free(&lost);
}

void show_iowait(const struct view *v)
{
	static const struct sheet sheet = {
		.name = "iowait",
		.title = "Time that threads were blocked in iowait over the window",
		.key = "thread/system call",
		.source = "iowait",
		.columns =
			{
				{METRIC_iowait_time, "time", "% of window", 0, 2},
				{METRIC_iowait_waits, "waits", "", 1, 0},
			},
	};
	struct averages lost = of_machines(v, METRIC_iowait_lost);
	struct averages waits[] = {
		averages_of(v->configuration, METRIC_iowait_time, END_RX, MEAN),
		averages_of(v->configuration, METRIC_iowait_time, END_TX, MEAN),
	};

	if (lost.count && !waits[0].count && !waits[1].count)
		page_note(v->page, "No thread of either end was blocked in iowait.");
	else
		show_sheet(v, &sheet);
	averages_free(&lost);
	averages_free(&waits[0]);
	averages_free(&waits[1]);
}

/* Of the program that ran longest, how far off its time may be: the others' is mostly as far. */
static void note_longest(const struct view *v)
{
	struct averages run = of_machines(v, METRIC_selfcost_bpf_run);
	const struct average *longest = NULL;
	double margin = NAN;

	for (size_t i = 0; i < run.count; i++)
		if (run.at[i].value > 0 && (!longest || run.at[i].value > longest->value))
			longest = &run.at[i];
	for (enum record_end end = 0; longest && end < RECORD_ENDS; end++)
		if (isnan(margin))
			margin = averages_margin(v->configuration, METRIC_selfcost_bpf_run, end,
						 longest->key);
	if (longest && margin > 0)
		page_note(v->page,
			  "By what the slices of the window differ, the run time of %s may be off by ±%.0f %% (95 %%).",
			  longest->key, 100 * margin);
	else if (longest)
		page_note(v->page,
			  "How far off the run time of %s may be is not known: that takes two slices of the window (--seconds).",
			  longest->key);
	averages_free(&run);
}

void show_selfcost(const struct view *v)
{
	static const struct sheet programs = {
		.name = "programs",
		.title = "BPF programs over the window",
		.key = "program",
		.source = "selfcost",
		.columns =
			{
				{METRIC_selfcost_bpf_run, "run time", "% of a CPU", 0, 3},
				{METRIC_selfcost_bpf_runs, "runs", "", 1, 0},
			},
	};
	static const struct sheet own = {
		.name = "zcprof",
		.title = "CPU time of zcprof itself in the window",
		.key = "",
		.source = "selfcost",
		.columns = {{METRIC_selfcost_cpu, "CPU", "%", 0, 3}},
	};
	static const struct sheet edges = {
		.name = "edges",
		.title = "Distance between the first and the last snapshot of an edge",
		.key = "edge",
		.source = "selfcost",
		.columns = {{METRIC_selfcost_edge_spread, "spread", "us", 1e-3, 1}},
	};

	struct averages share = of_machines(v, METRIC_selfcost_bpf_share);

	show_sheet(v, &programs);
	show_sheet(v, &own);
	show_sheet(v, &edges);
	if (share.count)
		note_longest(v);
	if (share.count)
		page_note(v->page,
			  "The kernel measured its BPF programs in %.0f %% of the window; their run time and runs are scaled up from that.",
			  100 * averages_sum(&share));
	averages_free(&share);
}
