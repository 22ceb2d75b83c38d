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
#include <stdlib.h>
#include <string.h>

#include "analyze/load/consistency.h"

/* USER_HZ is 100 everywhere, and no kernel has fewer ticks. */
#define TICK_NS 1e7
#define FAR	4
/* Clocks of two machines, and digits. */
#define CLOCKS 1e-3
/* Ticks and samples of what runs by the same timer are no sample of it. */
#define BIAS 0.1
/* Idle time that the kernel books late, where a virtual machine was not let run. */
#define LATE_IDLE 0.6
/* Calls of threads that have no row. */
#define UNSEEN 0.3
/* Of a connection whose buffers nobody said: Linux' own most, as far as anyone sets them. */
#define BUFFERS 128e6
/* Ethernet with a VLAN tag, IPv6, TCP with all its options. */
#define HEADERS 138
#define SHORT	400

struct saying {
	void (*say)(void *data, const char *sentence);
	void *data;
	const struct consistency *of;
};

__attribute__((format(printf, 2, 3))) static void say(const struct saying *to, const char *format,
						      ...)
{
	char sentence[SHORT];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	to->say(to->data, sentence);
}

static unsigned int rows_of(const struct consistency *c, enum metric_id id)
{
	return c->rows[id][END_HOST] + c->rows[id][END_RX] + c->rows[id][END_TX];
}

/* ---- windows ---- */

static double shortest_window(const struct consistency *c)
{
	double shortest = INFINITY;

	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		if (c->rows[METRIC_path_window_ns][end])
			shortest = fmin(shortest, c->sum[METRIC_path_window_ns][end]);
	return shortest;
}

static double longest_window(const struct consistency *c)
{
	double longest = 0;

	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		longest = fmax(longest, c->sum[METRIC_path_window_ns][end]);
	return longest;
}

/* Of a source; where it does not say, of the run. */
static double window_of(const struct consistency *c, const char *source)
{
	const struct source_window *s = consistency_source(c, source);

	return s ? s->window_ns : longest_window(c);
}

/* Both are told at once, and each does it when it is let run. */
static void windows_of_ends(const struct consistency *c, const struct saying *to)
{
	double longer = longest_window(c), shorter = shortest_window(c);

	if (shorter > 0 && longer - shorter > 0.1 * longer + 1e9 && isfinite(shorter))
		say(to, "the window of one end is %.3f s long, that of the other %.3f s",
		    longer / 1e9, shorter / 1e9);
}

/* zcprof has the ends open before any source looks, and closes them afterwards; by bytes it is the other way round. */
static void windows_of_sources(const struct consistency *c, const struct saying *to)
{
	double shorter = shortest_window(c) * (1 + CLOCKS) + 1e6;
	double longer = longest_window(c) * (1 - CLOCKS) - 1e6;
	double first_end = INFINITY, last_end = 0;

	for (size_t i = 0; i < c->source_count; i++) {
		const struct source_window *s = &c->sources[i];

		if (!c->by_bytes && s->window_ns > shorter)
			say(to, "%s measured for %.6f s, and the window is %.6f s long", s->name,
			    s->window_ns / 1e9, shortest_window(c) / 1e9);
		if (c->by_bytes && s->window_ns < longer)
			say(to, "%s measured for %.6f s, and the ends moved bytes for %.6f s",
			    s->name, s->window_ns / 1e9, longest_window(c) / 1e9);
		if (s->opened_ns > c->spread_open_ns)
			say(to,
			    "%s began %.6f s after the first source, and all are said to have begun within %.6f s",
			    s->name, s->opened_ns / 1e9, c->spread_open_ns / 1e9);
		if (isnan(s->opened_ns) || isnan(s->window_ns))
			continue;
		first_end = fmin(first_end, s->opened_ns + s->window_ns);
		last_end = fmax(last_end, s->opened_ns + s->window_ns);
	}
	if (last_end - first_end > c->spread_close_ns)
		say(to,
		    "sources ended within %.6f s, and are said to have ended within %.6f s of each other",
		    (last_end - first_end) / 1e9, c->spread_close_ns / 1e9);
}

/* ---- CPU time ---- */

/* Of all CPUs, as the kernel billed it. */
struct billed {
	double cpus, window_ns, capacity_ns;
	double busy_ns, others_ns; /* others_ns: stolen, or billed to nothing */
	double edges_ns;	   /* what ticks and edges can make wrong */
	double sampled_ns;	   /* standard deviation of what ticks say */
};

/* False: it is not known what the CPUs did, or not of all of them. */
static bool billed(const struct consistency *c, struct billed *b)
{
	double share, percent;

	*b = (struct billed){0};
	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		b->cpus += c->rows[METRIC_cpu_idle][end];
	b->window_ns = window_of(c, "cpu");
	b->capacity_ns = b->cpus * b->window_ns;
	if (!(b->capacity_ns > 0) || consistency_sum(c, METRIC_cpu_hotplug) > 0)
		return false;
	b->busy_ns = consistency_sum(c, METRIC_cpu_user) + consistency_sum(c, METRIC_cpu_system) +
		     consistency_sum(c, METRIC_cpu_irq) + consistency_sum(c, METRIC_cpu_softirq);
	/* Of a record that was made of another tool's there may be no more than C. */
	percent = consistency_sum(c, METRIC_cpu_busy) + c->sum[METRIC_cpu_elsewhere][END_HOST];
	if (!rows_of(c, METRIC_cpu_user))
		b->busy_ns = percent / 100 * b->window_ns;
	b->others_ns =
		consistency_sum(c, METRIC_cpu_steal) + consistency_sum(c, METRIC_cpu_unaccounted);
	/* User, system, irq and softirq, each to the tick below. */
	b->edges_ns = b->cpus * (4 * TICK_NS + c->spread_open_ns + c->spread_close_ns);
	share = fmin(b->busy_ns / b->capacity_ns, 1);
	b->sampled_ns = sqrt(TICK_NS * b->capacity_ns * (share * (1 - share) + 0.02));
	return true;
}

/*
 * Eight kinds of time and what is left are all of it. The sum may be longer by what ticks round up, and, of a
 * virtual machine whose host lets it wait, by idle time that the kernel books late: 1.4 times was seen.
 */
static void cpu_window(const struct consistency *c, const struct saying *to)
{
	struct billed b;
	double all;

	if (!billed(c, &b) || !consistency_source(c, "cpu"))
		return;
	all = b.busy_ns + b.others_ns + consistency_sum(c, METRIC_cpu_idle) +
	      consistency_sum(c, METRIC_cpu_iowait);
	if (fabs(all - b.capacity_ns) > 2 * b.edges_ns + LATE_IDLE * b.capacity_ns)
		say(to, "what the CPUs did adds up to %.3f s, and %.0f CPUs had %.3f s", all / 1e9,
		    b.cpus, b.capacity_ns / 1e9);
}

/* C was computed of these very figures; of a source that does not say its window, by another one's. */
static void cpu_busy(const struct consistency *c, const struct saying *to)
{
	double percent =
		consistency_sum(c, METRIC_cpu_busy) + c->sum[METRIC_cpu_elsewhere][END_HOST];
	struct billed b;

	if (!billed(c, &b) || !consistency_source(c, "cpu") || !rows_of(c, METRIC_cpu_busy))
		return;
	if (fabs(percent / 100 * b.window_ns - b.busy_ns) > 0.01 * b.busy_ns + b.edges_ns)
		say(to, "C is %.1f %%, and the CPUs were busy for %.3f of %.3f s", percent,
		    b.busy_ns / 1e9, b.window_ns / 1e9);
}

/* The scheduler brings it up to date at ticks: one too many at the end, one too few at the beginning. */
static void cpu_threads(const struct consistency *c, const struct saying *to)
{
	double threads = consistency_sum(c, METRIC_cpu_thread);
	struct billed b;

	if (!billed(c, &b))
		return;
	if (c->longest_thread_ns > b.window_ns + 4 * TICK_NS)
		say(to, "the thread %s ran for %.3f s in a window of %.3f s", c->longest_thread,
		    c->longest_thread_ns / 1e9, b.window_ns / 1e9);
	if (threads > (1 + BIAS) * (b.busy_ns + b.others_ns) + b.edges_ns + FAR * b.sampled_ns)
		say(to, "threads used %.3f s of CPU time, but the CPUs were busy for %.3f s",
		    threads / 1e9, b.busy_ns / 1e9);
}

/* What was sampled is C, as ticks say it: two samples of one thing. */
static void cpu_components(const struct consistency *c, const struct saying *to)
{
	double period = c->sum[METRIC_profile_period][END_HOST];
	double components = consistency_sum(c, METRIC_profile_component) - c->idle_ns;
	double unsampled = period * (consistency_sum(c, METRIC_profile_lost) +
				     consistency_sum(c, METRIC_profile_missed));
	struct billed b;
	double off;

	if (!billed(c, &b) || !(period > 0))
		return;
	off = BIAS * fmax(components, b.busy_ns) + b.edges_ns +
	      FAR * (b.sampled_ns + sqrt(components * period)) + b.cpus * period;
	if (components > b.busy_ns + b.others_ns + off)
		say(to, "components add up to %.3f s of CPU time, but the CPUs were busy for %.3f s",
		    components / 1e9, b.busy_ns / 1e9);
	if (components + unsampled < b.busy_ns - off)
		say(to,
		    "components add up to %.3f s of CPU time, of the %.3f s for which the CPUs were busy",
		    components / 1e9, b.busy_ns / 1e9);
}

/* False: it was counted in slices, and nobody knows how far off that is. */
static bool error_of(const struct consistency *c, enum metric_id id, double *error)
{
	*error = c->error[id];
	if (consistency_is_part(c, metric_info(id)->source))
		return *error > 0 && isfinite(*error);
	return true;
}

/* A CPU that serves softirqs is billed for it; one of ksoftirqd may be billed as a thread's. */
static void cpu_softirq(const struct consistency *c, const struct saying *to)
{
	double rx = consistency_sum(c, METRIC_softirq_net_rx_time);
	double tx = consistency_sum(c, METRIC_softirq_net_tx_time);
	double time = rx + tx, rx_error, tx_error, billed_ns, off;
	struct billed b;

	if (!billed(c, &b) || !error_of(c, METRIC_softirq_net_rx_time, &rx_error))
		return;
	tx_error = c->error[METRIC_softirq_net_tx_time];
	billed_ns = consistency_sum(c, METRIC_cpu_softirq) + consistency_sum(c, METRIC_cpu_irq) +
		    consistency_sum(c, METRIC_softirq_in_ksoftirqd) + b.others_ns;
	off = b.edges_ns + FAR * (rx_error * rx + (tx > 0 ? tx_error * tx : 0)) + 2 * BIAS * time +
	      FAR * sqrt(TICK_NS * fmax(time, billed_ns));
	if (time - billed_ns > off)
		say(to,
		    "softirqs of the network took %.3f s, and CPUs are billed for %.3f s of softirqs",
		    time / 1e9, billed_ns / 1e9);
}

/* ---- bytes ---- */

/* Less than that of what an end moved may be on its way, or have come in what one window has more. */
static double in_flight(const struct consistency *c, double bytes)
{
	unsigned int flows = c->rows[METRIC_path_flow_bytes][END_RX];
	double each = c->buffers > 0 ? c->buffers : BUFFERS;

	if (flows < c->rows[METRIC_path_flow_bytes][END_TX])
		flows = c->rows[METRIC_path_flow_bytes][END_TX];
	if (flows < c->rows[METRIC_tcp_mss][END_TX])
		flows = c->rows[METRIC_tcp_mss][END_TX];
	return 2 * each * (flows ? flows : 1) + BIAS * bytes;
}

static bool moves(const struct consistency *c, enum record_end end)
{
	return c->rows[METRIC_path_bytes][end] == 1;
}

static void bytes_of_ends(const struct consistency *c, const struct saying *to)
{
	double rx = c->sum[METRIC_path_bytes][END_RX], tx = c->sum[METRIC_path_bytes][END_TX];
	double rx_s = c->sum[METRIC_path_window_ns][END_RX] / 1e9;
	double tx_s = c->sum[METRIC_path_window_ns][END_TX] / 1e9;
	double other;

	/* Whoever was attached to may have other peers. */
	if (c->attached || !moves(c, END_RX) || !moves(c, END_TX) || !(rx_s > 0 && tx_s > 0))
		return;
	other = 2 * fabs(rx_s - tx_s) * fmax(rx / rx_s, tx / tx_s);
	if (fabs(rx - tx) > in_flight(c, fmax(rx, tx)) + other)
		say(to, "tx sent %.0f bytes in the window, but rx received %.0f", tx, rx);
}

static void bytes_of_flows(const struct consistency *c, const struct saying *to)
{
	for (enum record_end end = END_RX; end <= END_TX; end++)
		if (moves(c, end) && c->rows[METRIC_path_flow_bytes][end] &&
		    c->sum[METRIC_path_flow_bytes][end] != c->sum[METRIC_path_bytes][end])
			say(to, "flows of %s moved %.0f bytes, and it moved %.0f",
			    record_end_name[end], c->sum[METRIC_path_flow_bytes][end],
			    c->sum[METRIC_path_bytes][end]);
}

/* What an end moved while a source looked, at least: in the rest of its window it may have been twice as fast. */
static double bytes_while(const struct consistency *c, enum record_end end, const char *source)
{
	double bytes = c->sum[METRIC_path_bytes][end];
	double window = c->sum[METRIC_path_window_ns][end];
	const struct source_window *s = consistency_source(c, source);
	double rest = s ? fmax(window - s->window_ns, 0) / window : 0;

	return bytes * fmax(1 - 2 * rest, 0);
}

/*
 * As many segments as the kernel counted, each as large as it may be, have to hold the bytes. The kernel says half
 * of the size at most for as long as the window is no larger than two of them.
 */
static void bytes_of_segments(const struct consistency *c, const struct saying *to)
{
	static const enum metric_id segments[RECORD_ENDS] = {
		[END_RX] = METRIC_tcp_segments_in, [END_TX] = METRIC_tcp_segments_out};

	double size = c->mtu > 0 ? fmax(c->mtu, c->mss) : 2 * c->mss;

	for (enum record_end end = END_RX; end <= END_TX; end++) {
		double bytes = bytes_while(c, end, "tcp");
		double most = c->sum[segments[end]][end] * size;

		/* Those that came and went have no rows. */
		if (c->attached || !moves(c, end) || !c->rows[segments[end]][end] ||
		    c->rows[segments[end]][end] != c->rows[METRIC_path_flow_bytes][end])
			continue;
		if (bytes - in_flight(c, bytes) > most)
			say(to,
			    "%s moved %.0f bytes, and its %.0f segments of at most %.0f bytes hold %.0f",
			    record_end_name[end], c->sum[METRIC_path_bytes][end],
			    c->sum[segments[end]][end], size, most);
	}
}

/* A device counts headers too, and what others send; of a link that zcprof made nobody else does. */
static void bytes_of_device(const struct consistency *c, const struct saying *to,
			    enum record_end end, double device)
{
	double moved = c->sum[METRIC_path_bytes][end];
	double least = bytes_while(c, end, "nic");
	double segments = consistency_sum(c, METRIC_tcp_segments_out) +
			  consistency_sum(c, METRIC_tcp_segments_in);
	double most =
		moved + HEADERS * segments + c->mss * consistency_sum(c, METRIC_tcp_retransmits);

	if (c->attached || !moves(c, end))
		return;
	if (least - in_flight(c, least) > device)
		say(to, "%s moved %.0f bytes, and its device %.0f", record_end_name[end], moved,
		    device);
	if (c->own_veth && segments > 0 && !c->by_bytes && device > most + in_flight(c, most))
		say(to,
		    "the device of %s moved %.0f bytes, which are not the %.0f of its flows and their headers",
		    record_end_name[end], device, moved);
}

static void bytes_of_devices(const struct consistency *c, const struct saying *to)
{
	if (c->device_rx_known)
		bytes_of_device(c, to, END_RX, c->device_rx);
	if (c->device_tx_known)
		bytes_of_device(c, to, END_TX, c->device_tx);
}

/* What a program says of itself, against what the kernel saw of it. */
static void bytes_of_report(const struct consistency *c, const struct saying *to)
{
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		double bytes = c->sum[METRIC_path_bytes][end];
		double seen = c->sum[METRIC_path_bytes_seen][end];
		double share = c->sum[METRIC_path_reported][end];

		if (!moves(c, end) || !c->rows[METRIC_path_bytes_seen][end])
			continue;
		/* Of what it does not speak of, the rest stands for it. */
		if (bytes - seen > in_flight(c, bytes) + 2 * fmax(1 - share, 0) * bytes)
			say(to, "%s says that it moved %.0f bytes, and the kernel saw %.0f",
			    record_end_name[end], bytes, seen);
	}
}

/* ---- time in calls ---- */

static unsigned int threads_of(const struct consistency *c, enum record_end end)
{
	return c->threads_ended[end] || c->rows[METRIC_cpu_gone][end] ? 0 : c->threads[end];
}

static void time_of_threads(const struct consistency *c, const struct saying *to, enum metric_id id,
			    const char *what)
{
	const char *name = metric_info(id)->source;
	double window = window_of(c, name), error;

	if (!error_of(c, id, &error))
		return;
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		double time = c->sum[id][end];
		double most =
			threads_of(c, end) * (window + c->spread_open_ns + c->spread_close_ns);

		/* A source that does not say when it looked may have looked for longer than the run. */
		if (!consistency_source(c, name))
			most *= 1 + BIAS;
		/* One that joined the end, or was replaced by exec in the window, has calls and no row. */
		if (most > 0 && time > most * (1 + UNSEEN) + FAR * error * time + 1e6)
			say(to, "%u threads of %s spent %.3f s %s in a window of %.3f s",
			    threads_of(c, end), record_end_name[end], time / 1e9, what,
			    window / 1e9);
	}
}

static void calls_of_threads(const struct consistency *c, const struct saying *to)
{
	time_of_threads(c, to, METRIC_syscalls_total, "in system calls");
	time_of_threads(c, to, METRIC_iowait_time, "waiting for I/O");
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

void consistency_each(const struct consistency *c,
		      void (*sentence)(void *data, const char *sentence), void *data)
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
			consistency_each(c->of_machine[i], sentence, data);
		return;
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		rules[i](c, &to);
	steps_each(&c->steps, on_step, &to);
}
