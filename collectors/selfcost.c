// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What measuring costs: the run time of every BPF program that this process holds, whichever
 * collector loaded it, and the CPU time of the process itself.
 *
 * The kernel's own statistics of BPF programs say how long they run, but keeping them costs about
 * as much as a short program itself does. So they are on for a hundredth of the window only, in
 * slices spread over it, and what they say is scaled up, with its error by what slices differ (collectors/kit/estimate.h).
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "base/thread.h"
#include "collectors/kit/bpf_load.h"
#include "collectors/kit/estimate.h"
#include "collectors/kit/turns.h"
#include "collectors/kit/unique.h"
#include "collectors/list.h"

#define SLICE_NS 5000000
#define PAUSE_NS (99 * SLICE_NS)

/* Programs of one process; a source has a handful. */
#define PROGRAMS 128

struct program {
	int fd;
	char name[BPF_OBJ_NAME_LEN + 4]; /* the kernel cuts names, and then two are one: "#2" */
	__u64 runs, run_ns;		 /* within slices */
	__u64 slice_runs, slice_ns; /* the kernel's at the start of a slice; then what came in it */
	struct moments of_runs, of_ns; /* over all slices */
};

struct state {
	struct program program[PROGRAMS];
	size_t count;
	__u64 edge_ns[EDGE_COUNT];
	__u64 cpu_ns[EDGE_COUNT];
	__u64 window_ns, first_ns; /* of the window, 0: not known; and until the first slice */
	bool may_enable;	   /* the statistics */
	bool unread;		   /* the kernel did not tell of some program */
	bool started;
	pthread_t thread; /* switches them on and off, */
	sem_t stop;	  /* until this is posted */
	__u64 on_ns;	  /* how long they were on */
	struct sampled sampled;
	pthread_mutex_t lock; /* of what the thread counts, until it is joined */
};

/* False when the time is over, true when it is time to stop. */
static bool wait_to_stop(sem_t *stop, __u64 ns)
{
	__u64 until = clock_ns() + ns;
	const struct timespec at = {until / 1000000000, until % 1000000000};
	int error;

	do
		error = sem_clockwait(stop, CLOCK_MONOTONIC, &at) ? errno : 0;
	while (error == EINTR);
	return !error;
}

/* What the kernel has of every program when a slice begins, and what came in it when it ends. */
static void look_at_programs(struct state *s, bool begins)
{
	for (size_t i = 0; i < s->count; i++) {
		struct program *p = &s->program[i];
		struct bpf_prog_info info = {0};
		__u32 size = sizeof(info);

		if (bpf_obj_get_info_by_fd(p->fd, &info, &size)) {
			s->unread = true;
			continue;
		}
		p->slice_runs = begins ? info.run_cnt : info.run_cnt - p->slice_runs;
		p->slice_ns = begins ? info.run_time_ns : info.run_time_ns - p->slice_ns;
	}
}

static void add_slice(struct state *s, __u64 ns)
{
	const struct extent slice = {.of = {[MEASURE_TIME] = ns}};

	pthread_mutex_lock(&s->lock);
	s->on_ns += ns;
	sampled_add(&s->sampled, &slice);
	for (size_t i = 0; i < s->count; i++) {
		struct program *p = &s->program[i];

		p->runs += p->slice_runs;
		p->run_ns += p->slice_ns;
		moments_add(&p->of_runs, &slice, (double)p->slice_runs);
		moments_add(&p->of_ns, &slice, (double)p->slice_ns);
	}
	pthread_mutex_unlock(&s->lock);
}

/* Between half and one and a half of the usual, so as not to be in step with what comes each half second. */
static __u64 pause_ns(unsigned int *seed)
{
	return PAUSE_NS / 2 + (__u64)((double)rand_r(seed) / RAND_MAX * PAUSE_NS);
}

static void *slices(void *argument)
{
	struct state *s = argument;
	unsigned int seed = (unsigned int)s->first_ns;
	bool stop = wait_to_stop(&s->stop, s->first_ns);

	while (!stop) {
		int on = bpf_enable_stats(BPF_STATS_RUN_TIME);
		__u64 start;

		if (on < 0)
			break;
		look_at_programs(s, true);
		start = clock_ns();
		stop = wait_to_stop(&s->stop, SLICE_NS);
		look_at_programs(s, false);
		add_slice(s, clock_ns() - start);
		close(on);
		stop = stop || wait_to_stop(&s->stop, pause_ns(&seed));
	}
	return NULL;
}

static void start_slices(struct state *s)
{
	unsigned int seed = (unsigned int)clock_ns();

	s->first_ns =
		turns_first(s->window_ns, SLICE_NS, PAUSE_NS, (double)rand_r(&seed) / RAND_MAX);
	s->started = !thread_start_quiet(&s->thread, slices, s);
}

static void stop_slices(struct state *s)
{
	if (!s->started)
		return;
	sem_post(&s->stop);
	pthread_join(s->thread, NULL);
	s->started = false;
}

static bool has_program(const void *data, const char *name)
{
	const struct state *s = data;

	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->program[i].name, name))
			return true;
	return false;
}

static void add_program(struct state *s, int fd)
{
	struct program *p = &s->program[s->count];
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);

	if (s->count == PROGRAMS || bpf_obj_get_info_by_fd(fd, &info, &size)) {
		s->unread = true;
		return;
	}
	p->fd = fd;
	snprintf(p->name, sizeof(p->name), "%.*s", BPF_OBJ_NAME_LEN, info.name);
	unique_name(p->name, sizeof(p->name), 1, has_program, s);
	s->count++;
}

static void find_programs(struct state *s)
{
	DIR *descriptors = opendir("/proc/self/fd");
	struct dirent *entry;

	s->unread |= !descriptors;
	while (descriptors && (entry = readdir(descriptors))) {
		char what[64];
		ssize_t len = readlinkat(dirfd(descriptors), entry->d_name, what, sizeof(what) - 1);

		what[len > 0 ? len : 0] = '\0';
		if (!strcmp(what, "anon_inode:bpf-prog"))
			add_program(s, atoi(entry->d_name));
	}
	if (descriptors)
		closedir(descriptors);
}

static int selfcost_open(void **state, const struct measurement *run, const char **means, char *why,
			 size_t why_size)
{
	struct state *s = calloc(1, sizeof(*s));
	int on;

	*state = s;
	if (!s) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	s->window_ns = (__u64)(run->seconds * 1e9);
	sem_init(&s->stop, 0, 0);
	pthread_mutex_init(&s->lock, NULL);
	on = bpf_enable_stats(BPF_STATS_RUN_TIME);
	s->may_enable = on >= 0;
	if (s->may_enable)
		close(on);
	*means = s->may_enable ? "BPF statistics for a hundredth of the window, process clock"
			       : "process clock alone: BPF statistics need CAP_SYS_ADMIN";
	return 0;
}

static int selfcost_snapshot(void *state, enum edge edge)
{
	struct state *s = state;

	if (edge == EDGE_OPEN && s->may_enable)
		find_programs(s);
	s->edge_ns[edge] = clock_ns();
	s->cpu_ns[edge] = clock_of_ns(CLOCK_PROCESS_CPUTIME_ID);
	if (edge == EDGE_OPEN && s->may_enable)
		start_slices(s);
	else if (s->started)
		sem_post(&s->stop); /* is waited for later */
	return 0;
}

/* Standard error of a program's time, or of its runs, as a part of it. Time is no surer than runs, by which it comes. */
static void error_row(const struct state *s, struct writer *w, const struct program *p,
		      enum metric_id id, const struct extent *window)
{
	double error = estimate_error(&s->sampled, &p->of_runs, MEASURE_TIME, window);
	char key[64];

	if (id == METRIC_selfcost_bpf_run)
		error = fmax(error, estimate_error(&s->sampled, &p->of_ns, MEASURE_TIME, window));
	snprintf(key, sizeof(key), "selfcost/%s/%s", metric_info(id)->name, p->name);
	if (!isnan(error))
		writer_f64(w, WINDOW, END_HOST, METRIC_collector_error, key, error);
}

/* Of how many slices that is known, and how far off it may be; zcprof's own CPU time is counted. */
static void error_rows(const struct state *s, struct writer *w)
{
	const struct extent window = {
		.of = {[MEASURE_TIME] = s->edge_ns[EDGE_CLOSE] - s->edge_ns[EDGE_OPEN]}};

	writer_u64(w, WINDOW, END_HOST, METRIC_collector_slices, "selfcost", s->sampled.count);
	writer_u64(w, WINDOW, END_HOST, METRIC_collector_error, "selfcost/cpu", 0);
	for (size_t i = 0; i < s->count; i++) {
		error_row(s, w, &s->program[i], METRIC_selfcost_bpf_run, &window);
		error_row(s, w, &s->program[i], METRIC_selfcost_bpf_runs, &window);
	}
}

/* Scaled up from the slices so far. */
static void program_rows(const struct state *s, struct writer *w, __u64 until_ns)
{
	double scale = (double)(until_ns - s->edge_ns[EDGE_OPEN]) / (double)s->on_ns;

	/* The last slice may end after a window that is shorter than it. */
	writer_f64(w, WINDOW, END_HOST, METRIC_selfcost_bpf_share, NULL, scale > 1 ? 1 / scale : 1);
	for (size_t i = 0; i < s->count; i++) {
		const struct program *p = &s->program[i];

		writer_f64(w, WINDOW, END_HOST, METRIC_selfcost_bpf_run, p->name,
			   (double)p->run_ns * scale);
		writer_f64(w, WINDOW, END_HOST, METRIC_selfcost_bpf_runs, p->name,
			   (double)p->runs * scale);
	}
}

/* What a slice that is going on has met is not added yet. */
static void selfcost_look(void *state, struct writer *w)
{
	struct state *s = state;

	writer_u64(w, WINDOW, END_HOST, METRIC_selfcost_cpu, NULL,
		   clock_of_ns(CLOCK_PROCESS_CPUTIME_ID) - s->cpu_ns[EDGE_OPEN]);
	pthread_mutex_lock(&s->lock);
	if (s->on_ns && !s->unread)
		program_rows(s, w, clock_ns());
	pthread_mutex_unlock(&s->lock);
}

static void selfcost_emit(void *state, struct writer *w)
{
	struct state *s = state;
	struct rusage usage;

	stop_slices(s);
	writer_u64(w, WINDOW, END_HOST, METRIC_selfcost_cpu, NULL,
		   s->cpu_ns[EDGE_CLOSE] - s->cpu_ns[EDGE_OPEN]);
	/* In KiB there. */
	if (!getrusage(RUSAGE_SELF, &usage))
		writer_u64(w, WINDOW, END_HOST, METRIC_selfcost_memory, NULL,
			   (uint64_t)usage.ru_maxrss * 1024);
	if (s->on_ns && !s->unread) {
		program_rows(s, w, s->edge_ns[EDGE_CLOSE]);
		error_rows(s, w);
	} else if (s->may_enable) {
		const char *why =
			s->unread
				? "the kernel did not tell of each BPF program how often it ran"
				: "the window was over before its turn came: make it longer (--seconds)";

		writer_absent_metric(w, END_HOST, METRIC_selfcost_bpf_share, why);
		writer_absent_metric(w, END_HOST, METRIC_selfcost_bpf_run, why);
		writer_absent_metric(w, END_HOST, METRIC_selfcost_bpf_runs, why);
	}
}

static void selfcost_close(void *state)
{
	struct state *s = state;

	if (!s)
		return;
	stop_slices(s);
	sem_destroy(&s->stop);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

const struct collector_ops selfcost_collector = {
	.source = "selfcost",
	.what = "what measuring itself costs: BPF programs, zcprof's CPU time",
	.open = selfcost_open,
	.snapshot = selfcost_snapshot,
	.emit = selfcost_emit,
	.look = selfcost_look,
	.close = selfcost_close,
};
