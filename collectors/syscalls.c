// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * System calls of the run, by bpf/syscalls.bpf.c. What a thread was in when the programs came is
 * asked of /proc, so that a call which began before and never returns is known too.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/clock.h"
#include "base/say.h"
#include "bpf/syscalls.h"
#include "bpf/syscalls.skel.h"
#include "collectors/kit/bpf_load.h"
#include "collectors/collector.h"
#include "collectors/list.h"
#include "collectors/kit/missed.h"
#include "collectors/kit/process.h"
#include "collectors/kit/syscall_names.h"

struct state {
	struct syscalls_bpf *bpf;
	const struct bpf_program *enter, *leave; /* of the two hooks the one that is used */
	struct bpf_link *leave_link;
	const char *counts; /* the map's memory: one element per CPU, */
	size_t element;	    /* this many bytes apart */
	unsigned int cpus;
	struct missed missed;
};

/* One system call of one end, all CPUs together. */
struct figure {
	struct syscalls_name name;
	struct syscalls_stat sum;
};

/*
 * proc_pid_syscall(5): "running", or the call's number in decimal where the thread sleeps in one
 * (-1: sleeps, but in none). Not knowing costs no more than the in_flight of that one call.
 */
static void note_blocked(struct syscalls_bpf__bss *bss, enum record_end end, pid_t pid, pid_t tid)
{
	struct syscalls_call *call = bss->calls[tid % SYSCALLS_SETS];
	struct syscalls_name name = {.end = end};
	struct process_stat before, after;
	__u64 start_ns = clock_kernel_ns();
	char path[64], text[32] = "";
	char *rest;
	long number;
	FILE *f;

	if (process_stat(pid, tid, &before))
		return;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", pid, tid);
	f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	number = strtol(text, &rest, 10);
	if (rest == text || number < 0 || number >= SYSCALLS_COMPAT)
		return;
	name.number = number;
	for (int way = 0; way < SYSCALLS_WAYS; way++)
		if (call[way].tid == (__u32)tid)
			return; /* the programs have seen it calling */
	for (int way = 0; way < SYSCALLS_WAYS; way++) {
		if (!__sync_bool_compare_and_swap(&call[way].tid, 0, tid))
			continue;
		call[way].name = name;
		__sync_bool_compare_and_swap(&call[way].start_ns, 0, start_ns);
		/* If it ended before its entry was there, nobody saw to that, and the call would last for ever. */
		if (process_stat(pid, tid, &after) || after.start != before.start) {
			call[way].start_ns = 0;
			call[way].tid = 0;
		}
		return;
	}
}

struct noting {
	struct state *state;
	enum record_end end;
};

static void note_blocked_thread(void *data, pid_t pid, pid_t tid)
{
	const struct noting *noting = data;

	note_blocked(noting->state->bpf->bss, noting->end, pid, tid);
}

static void note_blocked_threads(struct state *s, const struct measurement *run)
{
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		struct noting noting = {s, end};

		target_each_thread(&run->target[end], note_blocked_thread, &noting);
	}
}

static int map_counts(struct state *s)
{
	size_t pages;

	s->element = (sizeof(struct syscalls_cpu) + 7) / 8 * 8;
	pages = (s->element * s->cpus + 4095) / 4096 * 4096;
	s->counts = mmap(NULL, pages, PROT_READ, MAP_SHARED, bpf_map__fd(s->bpf->maps.counts), 0);
	if (s->counts != MAP_FAILED)
		return 0;
	s->counts = NULL;
	return -errno;
}

static void choose_programs(struct state *s, bool tracepoint)
{
	struct syscalls_bpf *bpf = s->bpf;

	bpf_program__set_autoload(bpf->progs.syscalls_in, !tracepoint);
	bpf_program__set_autoload(bpf->progs.syscalls_out, !tracepoint);
	bpf_program__set_autoload(bpf->progs.syscalls_tp_in, tracepoint);
	bpf_program__set_autoload(bpf->progs.syscalls_tp_out, tracepoint);
	s->enter = tracepoint ? bpf->progs.syscalls_tp_in : bpf->progs.syscalls_in;
	s->leave = tracepoint ? bpf->progs.syscalls_tp_out : bpf->progs.syscalls_out;
}

/* The return first: a beginning that stays without its return would be in flight for ever. */
static int attach(struct state *s, char *why, size_t why_size)
{
	struct syscalls_bpf *bpf = s->bpf;

	s->leave_link = bpf_program__attach(s->leave);
	if (!s->leave_link)
		return bpf_refused(errno, "attaching to sys_exit", why, why_size);
	bpf->links.syscalls_in = bpf_program__attach(s->enter);
	if (!bpf->links.syscalls_in)
		return bpf_refused(errno, "attaching to sys_enter", why, why_size);
	bpf->links.syscalls_died = bpf_program__attach(bpf->progs.syscalls_died);
	if (!bpf->links.syscalls_died)
		return bpf_refused(errno, "attaching to sched_process_exit", why, why_size);
	bpf->data->attached_ns = clock_kernel_ns();
	return 0;
}

static int load(struct state *s, const struct measurement *run, bool tracepoint, char *why,
		size_t why_size)
{
	int error;

	s->bpf = syscalls_bpf__open();
	if (!s->bpf)
		return bpf_refused(errno, "opening the system call programs", why, why_size);
	choose_programs(s, tracepoint);
	if (bpf_run_scope((void *)s->bpf->rodata->run_scope, run, why, why_size))
		return -1;
	bpf_map__set_max_entries(s->bpf->maps.counts, s->cpus);
	error = syscalls_bpf__load(s->bpf);
	if (error)
		return bpf_refused(error, "loading the system call programs", why, why_size);
	return attach(s, why, why_size);
}

static void unload(struct state *s)
{
	bpf_link__destroy(s->leave_link);
	s->leave_link = NULL;
	syscalls_bpf__destroy(s->bpf);
	s->bpf = NULL;
}

/* Whether programs of a raw tracepoint of system calls can be preempted: see the programs. */
static bool raw_is_preemptible(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	if (uname(&name) || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor > 18);
}

static int syscalls_open(void **state, const struct measurement *run, const char **means, char *why,
			 size_t why_size)
{
	struct state *s = calloc(1, sizeof(*s));
	bool tracepoint = raw_is_preemptible();
	int error;

	*state = s;
	if (!s) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	bpf_quiet();
	s->cpus = bpf_cpus();
	if (load(s, run, tracepoint, why, why_size)) {
		char second[256];

		say_detail("%s", why);
		unload(s);
		tracepoint = !tracepoint;
		if (load(s, run, tracepoint, second, sizeof(second)))
			return -1;
	}
	error = map_counts(s);
	if (error)
		return bpf_refused(error, "mapping the table of system calls", why, why_size);
	note_blocked_threads(s, run);
	*means = tracepoint ? "tracepoint" : "raw_tracepoint";
	return 0;
}

static int syscalls_snapshot(void *state, enum edge edge)
{
	struct state *s = state;

	bpf_window_edge(&s->bpf->data->window, edge);
	missed_read(&s->missed, s->bpf->obj, edge);
	return 0;
}

/* From here on the tables stand still. As in open, no return may be seen without its beginning. */
static void stop(struct state *s)
{
	bpf_link__destroy(s->leave_link);
	s->leave_link = NULL;
	syscalls_bpf__detach(s->bpf);
}

static void add(struct syscalls_stat *sum, const struct syscalls_stat *part)
{
	unsigned __int128 square;

	if (part->calls && (!sum->calls || part->min_ns < sum->min_ns))
		sum->min_ns = part->min_ns;
	if (part->max_ns > sum->max_ns)
		sum->max_ns = part->max_ns;
	square = ((unsigned __int128)sum->square_high << 64) + sum->square_low;
	square += ((unsigned __int128)part->square_high << 64) + part->square_low;
	sum->square_low = square;
	sum->square_high = square >> 64;
	sum->calls += part->calls;
	sum->errors += part->errors;
	sum->total_ns += part->total_ns;
	sum->in_flight += part->in_flight;
	sum->in_flight_ns += part->in_flight_ns;
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
		sum->latency[i] += part->latency[i];
}

static struct figure *figure_of(struct figure *figures, size_t *count, struct syscalls_name name)
{
	struct figure *figure = figures;

	while (figure < figures + *count &&
	       (figure->name.end != name.end || figure->name.number != name.number))
		figure++;
	if (figure == figures + *count) {
		figure->name = name;
		++*count;
	}
	return figure;
}

static size_t add_counts(const struct state *s, struct figure *figures)
{
	const struct syscalls_bpf__bss *bss = s->bpf->bss;
	size_t count = 0;

	for (unsigned int slot = 0; slot < SYSCALLS_SLOTS && slot < bss->slots_used; slot++) {
		struct figure *figure = figure_of(figures, &count, bss->slot_name[slot]);

		for (unsigned int cpu = 0; cpu < s->cpus; cpu++) {
			const struct syscalls_cpu *part = (void *)(s->counts + cpu * s->element);

			add(&figure->sum, &part->slot[slot]);
		}
	}
	return count;
}

/* Calls that have still not returned. Those beyond the room for figures are lost. */
static size_t add_in_flight(const struct state *s, struct figure *figures, size_t count,
			    size_t room, __u64 *lost)
{
	const struct syscalls_bpf__bss *bss = s->bpf->bss;
	const struct window *window = &s->bpf->data->window;
	const struct syscalls_call *call = bss->calls[0];

	for (size_t i = 0; i < SYSCALLS_SETS * SYSCALLS_WAYS; i++, call++) {
		__u64 from = call->start_ns > window->open_ns ? call->start_ns : window->open_ns;
		struct figure *figure;

		if (!call->tid || !call->start_ns || from >= window->close_ns)
			continue;
		if (count == room) {
			lost[call->name.end]++;
			continue;
		}
		figure = figure_of(figures, &count, call->name);
		figure->sum.in_flight++;
		figure->sum.in_flight_ns += window->close_ns - from;
	}
	return count;
}

/* Over calls - 1, about the mean. The sums are exact; the mean is split so that they stay so. */
static double deviation(const struct syscalls_stat *sum)
{
	__int128 square = ((unsigned __int128)sum->square_high << 64) + sum->square_low;
	__int128 n = sum->calls, mean = sum->total_ns / sum->calls;
	double rest = (double)(sum->total_ns % sum->calls) / (double)n;
	double about = (double)(square - 2 * mean * sum->total_ns + n * mean * mean);

	about -= (double)n * rest * rest;
	return about > 0 ? sqrt(about / (double)(n - 1)) : 0;
}

static void emit_figure(struct writer *w, const struct figure *figure)
{
	const struct syscalls_stat *sum = &figure->sum;
	enum record_end end = figure->name.end;
	char key[32];

	syscall_name(figure->name.number, key, sizeof(key));
	writer_u64(w, WINDOW, end, METRIC_syscalls_calls, key, sum->calls);
	writer_u64(w, WINDOW, end, METRIC_syscalls_errors, key, sum->errors);
	writer_u64(w, WINDOW, end, METRIC_syscalls_total, key, sum->total_ns + sum->in_flight_ns);
	if (sum->in_flight)
		writer_u64(w, WINDOW, end, METRIC_syscalls_in_flight, key, sum->in_flight);
	if (!sum->calls)
		return;
	writer_u64(w, WINDOW, end, METRIC_syscalls_min, key, sum->min_ns);
	writer_f64(w, WINDOW, end, METRIC_syscalls_mean, key,
		   (double)sum->total_ns / (double)sum->calls);
	writer_u64(w, WINDOW, end, METRIC_syscalls_max, key, sum->max_ns);
	if (sum->calls > 1)
		writer_f64(w, WINDOW, end, METRIC_syscalls_stddev, key, deviation(sum));
	writer_histogram(w, end, METRIC_syscalls_latency, key, (const uint64_t *)sum->latency);
}

/* Of calls that have not returned only where nothing goes on any more. */
static void emit_rows(struct state *s, struct writer *w, bool in_flight)
{
	enum { ROOM = 2 * SYSCALLS_SLOTS };
	struct figure *figures = calloc(ROOM, sizeof(*figures));
	__u64 lost[END_COUNT];
	size_t count;

	if (!figures) {
		writer_absent(w, END_HOST, "syscalls", "no memory left when the window was over");
		return;
	}
	memcpy(lost, s->bpf->bss->lost, sizeof(lost));
	count = add_counts(s, figures);
	if (in_flight)
		count = add_in_flight(s, figures, count, ROOM, lost);
	for (size_t i = 0; i < count; i++)
		emit_figure(w, &figures[i]);
	missed_row(&s->missed, w, METRIC_syscalls_lost, lost[END_HOST], 1);
	for (enum record_end end = END_RX; end < END_COUNT; end++)
		writer_u64(w, WINDOW, end, METRIC_syscalls_lost, NULL, lost[end]);
	free(figures);
}

static void syscalls_emit(void *state, struct writer *w)
{
	stop(state);
	emit_rows(state, w, true);
}

static void syscalls_look(void *state, struct writer *w)
{
	struct state *s = state;

	missed_read(&s->missed, s->bpf->obj, EDGE_CLOSE);
	emit_rows(s, w, false);
}

static void syscalls_close(void *state)
{
	struct state *s = state;

	if (!s)
		return;
	if (s->counts)
		munmap((void *)s->counts, (s->element * s->cpus + 4095) / 4096 * 4096);
	unload(s);
	free(s);
}

const struct collector_ops syscalls_collector = {
	.source = "syscalls",
	.what = "system calls of each end: calls, errors, time, histogram",
	.open = syscalls_open,
	.snapshot = syscalls_snapshot,
	.emit = syscalls_emit,
	.look = syscalls_look,
	.close = syscalls_close,
};
