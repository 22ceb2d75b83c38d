// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/calibrate.h"

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"

#define ROUNDS	   9
#define CALLS	   2000
#define COPY_BYTES (4UL << 20)
#define WAKEUPS	   100

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A round that something came between is no figure: hence the median. */
static double median_of(double (*round)(void *data), void *data)
{
	double took[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		took[i] = round(data);
	qsort(took, ROUNDS, sizeof(*took), by_value);
	return took[ROUNDS / 2];
}

/* By syscall(), for a C library may remember the answer. */
static double one_call(void *data)
{
	uint64_t began = clock_ns();

	(void)data;
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	return (double)(clock_ns() - began) / CALLS;
}

static double one_copy(void *data)
{
	char *both = data;
	uint64_t began = clock_ns();

	memcpy(both, both + COPY_BYTES, COPY_BYTES);
	return (double)(clock_ns() - began) / (COPY_BYTES / 1e3);
}

/* ---- a wake-up ---- */

struct pair {
	int there[2], back[2];
};

static void *answer(void *data)
{
	struct pair *pair = data;
	char byte;

	while (read(pair->there[0], &byte, 1) == 1)
		if (write(pair->back[1], &byte, 1) != 1)
			break;
	return NULL;
}

static double one_wakeup(void *data)
{
	struct pair *pair = data;
	uint64_t began = clock_ns();
	char byte = 0;

	for (int i = 0; i < WAKEUPS; i++)
		if (write(pair->there[1], &byte, 1) != 1 || read(pair->back[0], &byte, 1) != 1)
			return NAN;
	return (double)(clock_ns() - began) / WAKEUPS / 2;
}

/* To the first CPU of ours that is not the one we are on, and we stay on ours meanwhile. */
static void part(pthread_t thread, const cpu_set_t *ours)
{
	int here = sched_getcpu();
	cpu_set_t one;

	for (int cpu = 0; here >= 0 && cpu < CPU_SETSIZE; cpu++) {
		if (cpu == here || !CPU_ISSET(cpu, ours))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		pthread_setaffinity_np(thread, sizeof(one), &one);
		CPU_ZERO(&one);
		CPU_SET(here, &one);
		pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
		return;
	}
}

static double wakeup(void)
{
	struct pair pair;
	pthread_t thread;
	cpu_set_t ours;
	double took = NAN;

	if (pipe2(pair.there, O_CLOEXEC))
		return NAN;
	if (pipe2(pair.back, O_CLOEXEC)) {
		close(pair.there[0]);
		close(pair.there[1]);
		return NAN;
	}
	if (!pthread_getaffinity_np(pthread_self(), sizeof(ours), &ours) &&
	    !thread_start_quiet(&thread, answer, &pair)) {
		part(thread, &ours);
		took = median_of(one_wakeup, &pair);
		close(pair.there[1]);
		pair.there[1] = -1;
		pthread_join(thread, NULL);
		pthread_setaffinity_np(pthread_self(), sizeof(ours), &ours);
	}
	if (pair.there[1] >= 0)
		close(pair.there[1]);
	close(pair.there[0]);
	close(pair.back[0]);
	close(pair.back[1]);
	return took;
}

static void row(struct writer *w, enum metric_id id, double value)
{
	if (!isnan(value))
		writer_f64(w, WINDOW, END_HOST, id, NULL, value);
}

void calibration_emit(const struct calibration *c, struct writer *w)
{
	row(w, METRIC_calibration_syscall, c->syscall_ns);
	row(w, METRIC_calibration_copy, c->copy_ns_per_kb);
	row(w, METRIC_calibration_wakeup, c->wakeup_ns);
}

struct calibration calibrate(void)
{
	char *both = malloc(2 * COPY_BYTES);
	struct calibration c = {median_of(one_call, NULL), NAN, NAN};

	if (both) {
		/* Pages that were written once are there, and no zero page of the kernel's. */
		memset(both, 1, 2 * COPY_BYTES);
		c.copy_ns_per_kb = median_of(one_copy, both);
	}
	c.wakeup_ns = wakeup();
	free(both);
	return c;
}
