// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/slices.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "record/writer.h"

/*
 * Of the window: all sources together, and one that is alone. In a slice the programs of one source
 * take up to a fifth of a sender's throughput, and to put them in place and away again as much as
 * some ms of it.
 */
#define SHARE_ALL 0.10
#define SHARE_ONE 0.04
#define MEMBERS	  32

/* Fewer packets than these in the slices say less than time does. */
#define PACKETS_LEAST 200
/* So long a reading is good for the next who wants one: edges follow on one another. */
#define READING_NS 1000000

/* Of the window, or of slices. */
struct extent {
	__u64 ns, packets;
};

struct slices {
	const struct slices_work *work;
	void *state;
	bool whole, open, busy; /* between its edges; in its turn */
	unsigned int turns;
	struct extent begun, window, on; /* on: of all slices */
};

/* Who takes turns. Everything here, and all that is in its members, only with the lock held. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct slices *member[MEMBERS];
	unsigned int count;
	pthread_t thread;
	bool started;
	unsigned int random;
} rota = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Now. The counters of CPUs have 32 bits each, and wrap within minutes: so has their sum. */
static struct extent reading(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct extent last;
	static __u32 last_sum;
	struct extent now = {.ns = clock_ns()};
	__u32 packets, sum = 0;
	char line[512];
	FILE *f = NULL;

	pthread_mutex_lock(&lock);
	now.packets = last.packets;
	if (now.ns - last.ns >= READING_NS)
		f = fopen("/proc/net/softnet_stat", "re");
	if (f) {
		while (fgets(line, sizeof(line), f))
			if (sscanf(line, "%x", &packets) == 1)
				sum += packets;
		fclose(f);
		now.packets += (__u32)(sum - last_sum);
		last_sum = sum;
		last = now;
	}
	pthread_mutex_unlock(&lock);
	return now;
}

static void add_since(struct extent *extent, struct extent from, struct extent to)
{
	extent->ns += to.ns - from.ns;
	extent->packets += to.packets - from.packets;
}

static void set_up(void)
{
	pthread_condattr_t by_clock;

	pthread_condattr_init(&by_clock);
	pthread_condattr_setclock(&by_clock, CLOCK_MONOTONIC);
	pthread_cond_init(&rota.changed, &by_clock);
	pthread_condattr_destroy(&by_clock);
	rota.random = clock_ns();
}

struct slices *slices_open(const struct slices_work *work, bool whole, void *state)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct slices *s = calloc(1, sizeof(*s));

	pthread_once(&once, set_up);
	if (!s)
		return NULL;
	*s = (struct slices){.work = work, .state = state, .whole = whole};
	pthread_mutex_lock(&rota.lock);
	if (rota.count == MEMBERS) {
		free(s);
		s = NULL;
	} else if (!whole) {
		rota.member[rota.count++] = s;
	}
	pthread_mutex_unlock(&rota.lock);
	return s;
}

static bool any_open(void)
{
	for (unsigned int i = 0; i < rota.count; i++)
		if (rota.member[i]->open)
			return true;
	return false;
}

/* Waits that long, or until that one's window, or the last of all (NULL), is over. */
static void wait_while_open(const struct slices *s, __u64 ns)
{
	struct timespec at;

	ns += clock_ns();
	at.tv_sec = (time_t)(ns / 1000000000);
	at.tv_nsec = (long)(ns % 1000000000);
	while (s ? s->open : any_open())
		if (pthread_cond_timedwait(&rota.changed, &rota.lock, &at))
			return;
}

static double at_random(void)
{
	return (double)rand_r(&rota.random) / RAND_MAX;
}

/* One of those that had the fewest turns; NULL: no window is open any more. */
static struct slices *next(void)
{
	struct slices *found = NULL;
	unsigned int as_few = 0;

	for (unsigned int i = 0; i < rota.count; i++) {
		struct slices *s = rota.member[i];

		if (!s->open || (found && s->turns > found->turns))
			continue;
		as_few = found && s->turns == found->turns ? as_few + 1 : 1;
		if (at_random() * as_few <= 1)
			found = s;
	}
	return found;
}

/* From nothing to twice what makes the share. */
static __u64 pause_ns(const struct slices *s)
{
	double share = rota.count * SHARE_ONE < SHARE_ALL ? rota.count * SHARE_ONE : SHARE_ALL;

	return (__u64)(2 * (double)s->work->slice_ns * (1 / share - 1) * at_random());
}

static void take_turn(struct slices *s)
{
	bool on;

	s->busy = true;
	s->turns++;
	pthread_mutex_unlock(&rota.lock);
	on = !s->work->on(s->state);
	pthread_mutex_lock(&rota.lock);
	if (on) {
		struct extent from, to;
		__u64 ns;

		pthread_mutex_unlock(&rota.lock);
		from = reading();
		pthread_mutex_lock(&rota.lock);
		wait_while_open(s, s->work->slice_ns);
		pthread_mutex_unlock(&rota.lock);
		to = reading();
		ns = s->work->off(s->state);
		pthread_mutex_lock(&rota.lock);
		to.ns = from.ns + ns; /* the source knows better */
		add_since(&s->on, from, to);
	} else {
		s->open = false;
	}
	s->busy = false;
	pthread_cond_broadcast(&rota.changed);
}

static void *take_turns(void *unused)
{
	struct slices *s;

	(void)unused;
	pthread_mutex_lock(&rota.lock);
	while ((s = next())) {
		take_turn(s);
		wait_while_open(NULL, pause_ns(s));
	}
	pthread_mutex_unlock(&rota.lock);
	return NULL;
}

/* Signals stay with the thread that calls the collectors. */
static int start(void)
{
	sigset_t all, before;

	if (rota.started)
		return 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rota.started = !pthread_create(&rota.thread, NULL, take_turns, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rota.started ? 0 : -1;
}

int slices_begin(struct slices *s)
{
	int error;

	s->begun = reading();
	if (s->whole)
		return s->work->on(s->state);
	pthread_mutex_lock(&rota.lock);
	s->open = true;
	error = start();
	pthread_mutex_unlock(&rota.lock);
	return error;
}

void slices_end(struct slices *s)
{
	add_since(&s->window, s->begun, reading());
	if (s->whole) {
		s->work->off(s->state);
		return;
	}
	pthread_mutex_lock(&rota.lock);
	s->open = false;
	pthread_cond_broadcast(&rota.changed);
	pthread_mutex_unlock(&rota.lock);
}

void slices_wait(struct slices *s)
{
	bool last;

	pthread_mutex_lock(&rota.lock);
	while (s->busy)
		pthread_cond_wait(&rota.changed, &rota.lock);
	last = rota.started && !any_open();
	if (last)
		rota.started = false;
	pthread_mutex_unlock(&rota.lock);
	if (last)
		pthread_join(rota.thread, NULL);
}

static double scale_of(const struct slices *s, const struct extent *window)
{
	if (s->whole)
		return 1;
	if (s->on.packets >= PACKETS_LEAST)
		return (double)window->packets / (double)s->on.packets;
	return s->on.ns ? (double)window->ns / (double)s->on.ns : 0;
}

double slices_scale(const struct slices *s)
{
	return scale_of(s, &s->window);
}

double slices_hold(struct slices *s)
{
	struct extent so_far = {0};

	pthread_mutex_lock(&rota.lock);
	/* What was counted in a slice that is not over belongs to no extent so far. */
	while (s->busy)
		pthread_cond_wait(&rota.changed, &rota.lock);
	add_since(&so_far, s->begun, reading());
	return scale_of(s, &so_far);
}

void slices_let(struct slices *s)
{
	(void)s;
	pthread_mutex_unlock(&rota.lock);
}

__u64 slices_scaled(__u64 total, double scale)
{
	return (__u64)((double)total * scale + 0.5);
}

void slices_absent(struct writer *w, const char *source)
{
	writer_absent(
		w, END_HOST, source,
		"the window was over before its turn came: make it longer (--seconds), ask for "
		"fewer sources (--collect), or count all the time (--exact)");
}

void slices_close(struct slices *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&rota.lock);
	s->open = false;
	pthread_cond_broadcast(&rota.changed);
	pthread_mutex_unlock(&rota.lock);
	slices_wait(s);
	pthread_mutex_lock(&rota.lock);
	for (unsigned int i = 0; i < rota.count; i++)
		if (rota.member[i] == s)
			rota.member[i--] = rota.member[--rota.count];
	pthread_mutex_unlock(&rota.lock);
	free(s);
}
