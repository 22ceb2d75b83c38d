// SPDX-License-Identifier: GPL-2.0-or-later
/* CPUs, threads, connections, devices, and what was chosen and found. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyze/figures/average.h"
#include "analyze/show/show.h"

/* A table with one row per end and key, and one column per metric of a source. */
struct sheet {
	const char *name;
	const char *title;
	const char *key; /* heading of the key's column */
	const char *source;
	bool skip_zeros; /* a row of nothing but zeros is not worth a line */
	struct {
		enum metric_id id;
		const char *heading;
		const char *unit;
		double scale; /* 0: as percent of the window */
		int decimals;
	} columns[10];
};

static size_t column_count(const struct sheet *sheet)
{
	size_t count = 0;

	while (count < 10 && sheet->columns[count].heading)
		count++;
	return count;
}

/* What a sheet shows of an end: the figures of each column, and every key that any of them has. */
struct shown {
	struct averages columns[10], keys;
};

static struct shown shown_of(const struct view *v, const struct sheet *sheet, enum record_end end)
{
	struct shown s = {0};

	for (size_t i = 0; i < column_count(sheet); i++) {
		s.columns[i] = averages_of(v->configuration, sheet->columns[i].id, end, MEAN);
		averages_add_keys(&s.keys, &s.columns[i]);
	}
	return s;
}

static void shown_free(struct shown *s, const struct sheet *sheet)
{
	for (size_t i = 0; i < column_count(sheet); i++)
		averages_free(&s->columns[i]);
	averages_free(&s->keys);
}

static bool all_zero(const struct shown *s, const struct sheet *sheet, const char *key)
{
	bool zero = true;

	for (size_t i = 0; zero && i < column_count(sheet); i++)
		zero = averages_get(&s->columns[i], key) == 0;
	return zero;
}

/* Of the figure of a line that is known least. */
static double least_known(const struct view *v, const struct sheet *sheet, enum record_end end,
			  const char *key)
{
	double worst = NAN;

	for (size_t j = 0; j < column_count(sheet); j++) {
		double margin = averages_margin(v->configuration, sheet->columns[j].id, end, key);

		if (margin > 0)
			worst = fmax(isnan(worst) ? 0 : worst, margin);
	}
	return worst;
}

static void sheet_rows(struct table *t, const struct view *v, const struct sheet *sheet,
		       enum record_end end)
{
	struct shown s = shown_of(v, sheet, end);
	double window = show_window_ns(v, sheet->source);
	bool sampled = show_sampled(v, sheet->source);

	for (size_t i = 0; i < s.keys.count; i++) {
		const char *key = s.keys.at[i].key;

		if (sheet->skip_zeros && all_zero(&s, sheet, key))
			continue;
		cell_text(t, "%s", record_end_name[end]);
		cell_text(t, "%s", key);
		for (size_t j = 0; j < column_count(sheet); j++) {
			double scale = sheet->columns[j].scale;

			cell_number(t, averages_get(&s.columns[j], key) *
					       (scale > 0 ? scale : 100 / window));
		}
		if (sampled)
			show_margin(t, least_known(v, sheet, end, key));
	}
	shown_free(&s, sheet);
}

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

static void show_sheet(const struct view *v, const struct sheet *sheet)
{
	bool there = false;
	struct table *t;

	for (enum record_end end = 0; end < RECORD_ENDS && !there; end++) {
		struct shown s = shown_of(v, sheet, end);

		there = s.keys.count;
		shown_free(&s, sheet);
	}
	if (!there) {
		show_unmeasured(v, sheet->source, sheet->title);
		return;
	}
	t = page_table(v->page, sheet->name, sheet->title);
	table_column(t, "end", "end", "", COLUMN_TEXT, 0);
	table_column(t, "key", sheet->key, "", COLUMN_TEXT, 0);
	for (size_t j = 0; j < column_count(sheet); j++)
		table_column(t, metric_info(sheet->columns[j].id)->name, sheet->columns[j].heading,
			     sheet->columns[j].unit, COLUMN_NUMBER, sheet->columns[j].decimals);
	if (show_sampled(v, sheet->source)) {
		show_margin_column(t, "margin_percent");
		page_note(v->page,
			  "%s was counted in slices of the window, and scaled up: ± is the 95 %% interval of the figure of a line that is known least.",
			  sheet->source);
	}
	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		sheet_rows(t, v, sheet, end);
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

/* The key is name/tid, and a tid is of one run only: threads of one name are one line. */
void show_threads(const struct view *v)
{
	const struct configuration *c = v->configuration;
	double window = show_window_ns(v, "cpu");
	struct table *t = NULL;

	for (enum record_end end = 0; end < RECORD_ENDS; end++) {
		struct averages threads = averages_of(c, METRIC_cpu_thread, end, MEAN);

		if (threads.count && !t) {
			t = page_table(v->page, "threads", "CPU time of threads by name");
			table_column(t, "end", "end", "", COLUMN_TEXT, 0);
			table_column(t, "thread", "thread", "", COLUMN_TEXT, 0);
			table_column(t, "cpu_percent", "CPU", "%", COLUMN_NUMBER, 2);
		}
		/* Keys are in order, so those of one name stand together. */
		for (size_t i = 0; i < threads.count;) {
			const char *key = threads.at[i].key;
			const char *slash = strrchr(key, '/');
			size_t len = slash ? (size_t)(slash - key) : strlen(key);
			double sum = 0;

			for (; i < threads.count && !strncmp(threads.at[i].key, key, len) &&
			       (threads.at[i].key[len] == '/' || !threads.at[i].key[len]);
			     i++)
				sum += threads.at[i].value;
			cell_text(t, "%s", record_end_name[end]);
			cell_text(t, "%.*s", (int)len, key);
			cell_number(t, 100 * sum / window);
		}
		averages_free(&threads);
	}
	if (!t)
		show_unmeasured(v, "cpu", "CPU time of threads");
}

void show_series(const struct view *v)
{
	const struct configuration *c = v->configuration;
	struct table *t;
	size_t moments = 0;

	for (size_t i = 0; i < c->count; i++)
		moments += c->runs[i]->moment_count;
	if (!moments) {
		page_note(v->page, "The runs have no figures from inside the window.");
		return;
	}
	t = page_table(v->page, "series", "Throughput inside the window");
	table_column(t, "run", "run", "", COLUMN_TEXT, 0);
	table_column(t, "time_s", "time", "s", COLUMN_NUMBER, 3);
	table_column(t, "end", "end", "", COLUMN_TEXT, 0);
	table_column(t, "throughput_gbit_s", "T", "Gbit/s", COLUMN_NUMBER, 2);
	for (size_t i = 0; i < c->count; i++) {
		const struct run *run = c->runs[i];
		const char *slash = strrchr(run->path, '/');
		double before[RECORD_ENDS] = {0};

		for (size_t j = 0; j < run->moment_count; j++) {
			const struct moment *m = &run->moments[j];
			double *since = &before[m->figure.end];

			if (m->figure.id != METRIC_path_bytes || !(m->time_s > *since))
				continue;
			cell_text(t, "%s", slash ? slash + 1 : run->path);
			cell_number(t, m->time_s);
			cell_text(t, "%s", record_end_name[m->figure.end]);
			cell_number(t, 8e-9 * m->figure.value / (m->time_s - *since));
			*since = m->time_s;
		}
	}
}

/* What another run says of the same fact; NULL where none says anything else. */
static const char *other_value(const struct configuration *c, const struct fact *fact)
{
	for (size_t i = 1; i < c->count; i++) {
		const char *value = run_fact(c->runs[i], fact->id, fact->end, fact->key);

		if (!value)
			return "not recorded";
		if (strcmp(value, fact->value))
			return value;
	}
	return NULL;
}

void show_facts(const struct view *v)
{
	const struct configuration *c = v->configuration;
	const struct run *first = c->runs[0];
	struct table *t = page_table(v->page, "facts", NULL);

	table_column(t, "end", "end", "", COLUMN_TEXT, 0);
	table_column(t, "fact", "fact", "", COLUMN_TEXT, 0);
	table_column(t, "key", "key", "", COLUMN_TEXT, 0);
	table_column(t, "value", "value", "", COLUMN_TEXT, 0);
	for (size_t i = 0; i < first->fact_count; i++) {
		const struct fact *fact = &first->facts[i];
		const struct metric_info *info = metric_info(fact->id);
		const char *other;

		if (fact->id == METRIC_path_state)
			continue;
		other = other_value(c, fact);
		cell_text(t, "%s", record_end_name[fact->end]);
		if (!strcmp(info->source, "fact"))
			cell_text(t, "%s", info->name);
		else
			cell_text(t, "%s %s", info->source, info->name);
		cell_text(t, "%s", fact->key);
		if (other)
			cell_text(t, "%s; another run: %s", fact->value, other);
		else
			cell_text(t, "%s", fact->value);
	}
}
