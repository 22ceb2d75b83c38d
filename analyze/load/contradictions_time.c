// SPDX-License-Identifier: GPL-2.0-or-later
/* How long the ends and the sources looked, and what the CPUs did meanwhile. */
#include <math.h>
#include <string.h>

#include "analyze/load/contradictions.h"

/* USER_HZ is 100 everywhere, and no kernel has fewer ticks. */
#define TICK_NS 1e7
#define FAR	4
/* Clocks of two machines, and digits. */
#define CLOCKS 1e-3
/* Idle time that the kernel books late, where a virtual machine was not let run. */
#define LATE_IDLE 0.6
/* Calls of threads that have no row. */
#define UNSEEN 0.3

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
double window_of(const struct consistency *c, const char *source)
{
	const struct source_window *s = consistency_source(c, source);

	return s ? s->window_ns : longest_window(c);
}

/* Both are told at once, and each does it when it is let run. */
void windows_of_ends(const struct consistency *c, const struct saying *to)
{
	double longer = longest_window(c), shorter = shortest_window(c);

	if (shorter > 0 && longer - shorter > 0.1 * longer + 1e9 && isfinite(shorter))
		say(to, "the window of one end is %.3f s long, that of the other %.3f s",
		    longer / 1e9, shorter / 1e9);
}

/* zcprof has the ends open before any source looks, and closes them afterwards; by bytes it is the other way round. */
void windows_of_sources(const struct consistency *c, const struct saying *to)
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
	double busy_ns, others_ns; /* by ticks; stolen, or billed to nothing */
	double awake_ns;	   /* neither idle nor stolen */
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
	b->awake_ns = b->capacity_ns - consistency_sum(c, METRIC_cpu_idle) -
		      consistency_sum(c, METRIC_cpu_iowait) - consistency_sum(c, METRIC_cpu_steal);
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
void cpu_window(const struct consistency *c, const struct saying *to)
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

/*
 * C was computed of these very figures; of a source that does not say its window, by another one's. Of records of
 * before it was of what the ticks met.
 */
void cpu_busy(const struct consistency *c, const struct saying *to)
{
	double percent =
		consistency_sum(c, METRIC_cpu_busy) + c->sum[METRIC_cpu_elsewhere][END_HOST];
	struct billed b;
	double says, off;

	if (!billed(c, &b) || !consistency_source(c, "cpu") || !rows_of(c, METRIC_cpu_busy))
		return;
	says = percent / 100 * b.window_ns;
	off = 0.01 * fmax(b.busy_ns, b.awake_ns) + b.edges_ns;
	if (says < fmin(b.busy_ns, b.awake_ns) - off || says > fmax(b.busy_ns, b.awake_ns) + off)
		say(to, "C is %.1f %%, and the CPUs were awake for %.3f of %.3f s", percent,
		    b.awake_ns / 1e9, b.window_ns / 1e9);
}

/* The scheduler brings it up to date at ticks: one too many at the end, one too few at the beginning. */
void cpu_threads(const struct consistency *c, const struct saying *to)
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
void cpu_components(const struct consistency *c, const struct saying *to)
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
void cpu_softirq(const struct consistency *c, const struct saying *to)
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

void calls_of_threads(const struct consistency *c, const struct saying *to)
{
	time_of_threads(c, to, METRIC_syscalls_total, "in system calls");
	time_of_threads(c, to, METRIC_iowait_time, "waiting for I/O");
}
