// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/slices.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

struct slices {
	const struct slices_work *work;
	void *state;
	double share;
	pthread_t thread;
	bool started;
	sem_t stop;
	__u64 begun_ns, ended_ns;
	__u64 on_ns; /* of all slices; the thread's until it is joined */
	unsigned int random;
};

struct slices *slices_open(const struct slices_work *work, double share, void *state)
{
	struct slices *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->work = work;
	s->share = share;
	s->state = state;
	s->random = clock_ns() ^ (uintptr_t)s;
	sem_init(&s->stop, 0, 0);
	return s;
}

/* False when the time is over, true when it is time to stop. */
static bool wait_to_stop(sem_t *stop, __u64 ns)
{
	struct timespec at;
	int error;

	clock_gettime(CLOCK_REALTIME, &at); /* sem_timedwait(3) knows no other */
	ns += at.tv_nsec;
	at.tv_sec += ns / 1000000000;
	at.tv_nsec = ns % 1000000000;
	do
		error = sem_timedwait(stop, &at) ? errno : 0;
	while (error == EINTR);
	return !error;
}

/* From nothing to twice what makes the share. */
static __u64 pause_ns(struct slices *s)
{
	double mean = (double)s->work->slice_ns * (1 / s->share - 1);

	return (__u64)(2 * mean * rand_r(&s->random) / RAND_MAX);
}

static void *take_turns(void *argument)
{
	struct slices *s = argument;
	bool stop;

	do {
		stop = wait_to_stop(&s->stop, s->work->slice_ns);
		s->on_ns += s->work->off(s->state);
		stop = stop || wait_to_stop(&s->stop, pause_ns(s)) || s->work->on(s->state);
	} while (!stop);
	return NULL;
}

/* Signals stay with the thread that calls the collectors. */
int slices_begin(struct slices *s)
{
	sigset_t all, before;

	s->begun_ns = clock_ns();
	if (s->work->on(s->state))
		return -1;
	if (s->share >= 1)
		return 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	s->started = !pthread_create(&s->thread, NULL, take_turns, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return s->started ? 0 : -1;
}

void slices_end(struct slices *s)
{
	s->ended_ns = clock_ns();
	if (s->started)
		sem_post(&s->stop);
	else
		s->on_ns = s->work->off(s->state);
}

void slices_wait(struct slices *s)
{
	if (!s->started)
		return;
	pthread_join(s->thread, NULL);
	s->started = false;
}

double slices_scale(const struct slices *s)
{
	if (s->share >= 1)
		return 1;
	return s->on_ns ? (double)(s->ended_ns - s->begun_ns) / (double)s->on_ns : 0;
}

__u64 slices_scaled(__u64 total, double scale)
{
	return (__u64)((double)total * scale + 0.5);
}

void slices_close(struct slices *s)
{
	if (!s)
		return;
	if (s->started)
		sem_post(&s->stop);
	slices_wait(s);
	sem_destroy(&s->stop);
	free(s);
}
