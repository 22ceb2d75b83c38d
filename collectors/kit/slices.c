// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/slices.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/thread.h"
#include "collectors/collector.h"
#include "collectors/kit/turns.h"

#define MEMBERS 32

/* Fewer packets than these in the slices say less than time does. */
#define PACKETS_LEAST 50
/* A slice in which so many came need not be longer. */
#define PACKETS_ENOUGH 200
/* So long a reading is good for the next who wants one: edges follow on one another. */
#define READING_NS 1000000
/* Of a window whose end nobody knows, so much is planned first; then as much again as is over. */
#define UNKNOWN_NS 1000000000
/* Before the end of a window that is known nothing is planned, for those who are late. */
#define SPARE_NS(window_ns) ((window_ns) / 8 < 100000000 ? (window_ns) / 8 : 100000000)

/* Of the window, or of slices. */
struct extent {
	__u64 ns, packets;
};

struct slices {
	const struct slices_work *work;
	void *state;
	bool whole, open, busy; /* between its edges; in its turn */
	bool over;		/* its window, or it could not be switched on */
	unsigned int turns;
	__u64 window_ns;		 /* how long it is to be; 0: not known */
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
	/* What is planned until then: so many turns of each, in all, with slices of such a length.
	 */
	bool known; /* the window ends then */
	__u64 begun_ns, until_ns;
	unsigned int turns;
	double length;
	__u64 around_ns; /* so much longer than their slices turns were lately */
} rota = {.lock = PTHREAD_MUTEX_INITIALIZER, .around_ns = 2000000};

/*
 * Now, or fresh: false, as lately as is good enough for an edge of the window. The counters of CPUs
 * have 32 bits each, and wrap within minutes: so has their sum.
 */
static struct extent reading(bool fresh)
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
	if (fresh || now.ns - last.ns >= READING_NS)
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

struct slices *slices_open(const struct slices_work *work, const struct measurement *run,
			   void *state)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct slices *s = calloc(1, sizeof(*s));

	pthread_once(&once, set_up);
	if (!s)
		return NULL;
	*s = (struct slices){.work = work, .state = state, .whole = run->exact};
	s->window_ns = (__u64)(run->seconds * 1e9);
	pthread_mutex_lock(&rota.lock);
	if (rota.count == MEMBERS) {
		free(s);
		s = NULL;
	} else if (!s->whole) {
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

static unsigned int least_of(const struct slices *s)
{
	return s->work->least > 1 ? s->work->least : 1;
}

/*
 * One of those that had the fewest turns, and fewer than are planned; where there is no time left
 * for these (late), than it needs. NULL: there is none.
 */
static struct slices *next(bool late)
{
	struct slices *found = NULL;
	unsigned int as_few = 0;

	for (unsigned int i = 0; i < rota.count; i++) {
		struct slices *s = rota.member[i];

		if (!s->open || s->turns >= (late ? least_of(s) : rota.turns) ||
		    (found && s->turns > found->turns))
			continue;
		as_few = found && s->turns == found->turns ? as_few + 1 : 1;
		if (at_random() * as_few <= 1)
			found = s;
	}
	return found;
}

static __u64 slice_ns(const struct slices *s)
{
	return (__u64)((double)s->work->slice_ns * rota.length);
}

/* For all members, as their windows open one after another. */
static void plan(__u64 ns)
{
	unsigned int least = 1;
	__u64 slices = 0;
	struct turns turns;

	rota.turns = 0;
	for (unsigned int i = 0; i < rota.count; i++) {
		slices += rota.member[i]->work->slice_ns;
		if (least_of(rota.member[i]) > least)
			least = least_of(rota.member[i]);
		if (rota.member[i]->turns > rota.turns)
			rota.turns = rota.member[i]->turns;
	}
	turns = turns_plan(ns, rota.count, slices, least);
	rota.until_ns += ns;
	rota.turns += turns.rounds;
	rota.length = turns.length;
}

/* How many turns of those planned are to come; *free_ns: the time that they leave. */
static unsigned int to_come(__s64 *free_ns)
{
	unsigned int count = 0;

	*free_ns = (__s64)(rota.until_ns - clock_ns());
	for (unsigned int i = 0; i < rota.count; i++) {
		const struct slices *s = rota.member[i];

		if (s->over || s->turns >= rota.turns)
			continue;
		count += rota.turns - s->turns;
		*free_ns -= (__s64)((rota.turns - s->turns) * (slice_ns(s) + rota.around_ns));
	}
	return count;
}

/*
 * Through a slice, which began with that reading; returns the one at its end. As long as next to
 * nothing comes, a short slice goes on, up to the usual length.
 */
static struct extent stay(const struct slices *s, const struct extent *from, __u64 slice)
{
	struct extent to;
	bool more;

	do {
		wait_while_open(s, slice);
		pthread_mutex_unlock(&rota.lock);
		to = reading(true);
		pthread_mutex_lock(&rota.lock);
		more = to.packets - from->packets < PACKETS_ENOUGH &&
		       to.ns - from->ns + slice <= s->work->slice_ns;
	} while (s->open && more);
	return to;
}

static void take_turn(struct slices *s)
{
	__u64 began = clock_ns(), slice = slice_ns(s);
	bool on;

	s->busy = true;
	s->turns++;
	pthread_mutex_unlock(&rota.lock);
	on = !s->work->on(s->state, slice);
	pthread_mutex_lock(&rota.lock);
	if (on) {
		struct extent from, to;
		__u64 ns;

		pthread_mutex_unlock(&rota.lock);
		from = reading(true);
		pthread_mutex_lock(&rota.lock);
		to = stay(s, &from, slice);
		pthread_mutex_unlock(&rota.lock);
		ns = s->work->off(s->state);
		pthread_mutex_lock(&rota.lock);
		/* The slice began before the one reading and ended after the other. */
		s->on.ns += ns;
		if (to.ns > from.ns)
			s->on.packets += (__u64)((double)(to.packets - from.packets) * (double)ns /
						 (double)(to.ns - from.ns));
		rota.around_ns = (7 * rota.around_ns + (clock_ns() - began - ns)) / 8;
	} else {
		s->open = false;
		s->over = true;
	}
	s->busy = false;
	pthread_cond_broadcast(&rota.changed);
}

static struct slices *next_in_time(void)
{
	__s64 free_ns;
	unsigned int count = to_come(&free_ns);

	if (!count)
		return NULL;
	wait_while_open(NULL, turns_pause(free_ns, count, at_random()));
	return next(free_ns < 0);
}

static void *take_turns(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&rota.lock);
	while (any_open()) {
		struct slices *s = next_in_time();
		__u64 now = clock_ns();

		if (s)
			take_turn(s);
		else if (now < rota.until_ns || rota.known)
			wait_while_open(NULL,
					now < rota.until_ns ? rota.until_ns - now : UNKNOWN_NS);
		else
			plan(rota.until_ns - rota.begun_ns);
	}
	pthread_mutex_unlock(&rota.lock);
	return NULL;
}

static int start(__u64 window_ns)
{
	if (rota.started)
		return 0;
	rota.known = window_ns;
	rota.begun_ns = rota.until_ns = clock_ns();
	plan(window_ns ? window_ns - SPARE_NS(window_ns) : UNKNOWN_NS);
	rota.started = !thread_start_quiet(&rota.thread, take_turns, NULL);
	return rota.started ? 0 : -1;
}

int slices_begin(struct slices *s)
{
	int error;

	s->begun = reading(false);
	if (s->whole)
		return s->work->on(s->state, 0);
	pthread_mutex_lock(&rota.lock);
	s->open = true;
	error = start(s->window_ns);
	pthread_mutex_unlock(&rota.lock);
	return error;
}

void slices_end(struct slices *s)
{
	add_since(&s->window, s->begun, reading(false));
	if (s->whole) {
		s->work->off(s->state);
		return;
	}
	pthread_mutex_lock(&rota.lock);
	s->open = false;
	s->over = true;
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
	add_since(&so_far, s->begun, reading(false));
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
	writer_absent(w, END_HOST, source,
		      "the window was over before its turn came: make it longer (--seconds), ask for fewer sources (--collect), or count all the time (--exact)");
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
