// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/slices.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/thread.h"
#include "collectors/kit/extent.h"
#include "collectors/kit/measurement.h"
#include "collectors/kit/rota.h"
#include "collectors/kit/slices_state.h"

/*
 * What a source may cost that counts all of it: 0.2 % of a CPU for long, at some 100 ns an event,
 * and 1 % of the window in all where it was not as busy as that before, as a burst is not. It is
 * looked at so often.
 */
#define RARE_PER_S  20000
#define BURST_PER_S 100000
#define WATCH_NS    20000000
/* Where nobody is due it is seen that somebody is within so long. */
#define REST_NS 100000000
/* A run of a program that stays in place and counts nothing: the kernel's way there and back. */
#define IDLE_NS 50

static void set_up(void)
{
	pthread_condattr_t by_clock;

	pthread_condattr_init(&by_clock);
	pthread_condattr_setclock(&by_clock, CLOCK_MONOTONIC);
	pthread_cond_init(&rota.changed, &by_clock);
	pthread_condattr_destroy(&by_clock);
	rota.random = clock_ns();
}

static void let_go(struct slices *s)
{
	free(s->total);
	free(s->moments);
	free(s->certain_total);
	free(s->ratio_total);
	free(s->products);
	free(s);
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
	s->total = calloc(work->figures + 1, sizeof(*s->total));
	s->moments = calloc(work->figures + 1, sizeof(*s->moments));
	s->certain_total = calloc(work->figures + 1, sizeof(*s->certain_total));
	s->ratio_total = calloc(2 * work->ratios + 1, sizeof(*s->ratio_total));
	s->products = calloc(work->ratios + 1, sizeof(*s->products));
	s->watched = work->keep && !run->exact;
	s->opened_ns = clock_ns();
	s->events = s->watched ? work->events(state) : 0;
	if (!s->total || !s->moments || !s->certain_total || !s->ratio_total || !s->products) {
		let_go(s);
		return NULL;
	}
	s->window_ns = (__u64)(run->seconds * 1e9);
	pthread_mutex_lock(&rota.lock);
	if (rota.count == ROTA_MEMBERS) {
		let_go(s);
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

/* It has become too much: with the lock held, which is let go meanwhile. */
static void stop_watching(struct slices *s)
{
	struct extent now;

	s->busy = true;
	pthread_mutex_unlock(&rota.lock);
	now = extent_now(true);
	s->work->off(s->state);
	s->work->keep(s->state);
	pthread_mutex_lock(&rota.lock);
	s->certain = extent_between(s->begun, now);
	s->begun = now;
	if (s->work->figures)
		s->work->read(s->state, s->total);
	memcpy(s->certain_total, s->total, s->work->figures * sizeof(*s->total));
	s->turns = rota.turns_taken;
	s->watched = s->busy = false;
	pthread_cond_broadcast(&rota.changed);
}

/* So many runs in so many ns: would it cost less to put the programs in place anew for the next turn? */
static bool is_dear(const struct slices *s, __u64 runs, __u64 ns)
{
	double idle_ns = (double)runs * IDLE_NS / fmax((double)ns, 1) * rota_between();

	return idle_ns > (double)s->work->hooks->cost_ns(s->state);
}

/* With the lock held, which is let go meanwhile. */
static void take_away(struct slices *s)
{
	bool busy = s->busy;

	s->busy = true;
	pthread_mutex_unlock(&rota.lock);
	s->work->hooks->away(s->state);
	pthread_mutex_lock(&rota.lock);
	s->busy = busy;
	pthread_cond_broadcast(&rota.changed);
}

static void note_runs(struct slices *s)
{
	s->runs = s->work->hooks->runs(s->state);
	s->runs_ns = clock_ns();
}

/* Of programs that stay, whether they do not run much more often by now. */
static void watch_staying(struct slices *s)
{
	__u64 runs = s->runs, since_ns = s->runs_ns;

	if (s->watched || !s->open || s->busy || !s->work->hooks || !s->work->hooks->there(s->state))
		return;
	note_runs(s);
	if (since_ns && is_dear(s, s->runs - runs, s->runs_ns - since_ns))
		take_away(s);
}

/* Has those that count all of it do so no more where that is too much; since_ns: the look before. */
static bool watch(__u64 *since_ns)
{
	__u64 now = clock_ns();
	double s_gone = (double)(now - *since_ns) / 1e9;

	bool stopped = false;

	if (now - *since_ns < WATCH_NS)
		return false;
	*since_ns = now;
	for (unsigned int i = 0; i < rota.count; i++) {
		struct slices *s = rota.member[i];
		__u64 events;

		watch_staying(s);
		if (!s->watched || !s->open)
			continue;
		events = s->work->events(s->state);
		s->may += s_gone * RARE_PER_S - (double)(events - s->events);
		s->events = events;
		if (s->may < 0) {
			stop_watching(s);
			stopped = true;
		}
	}
	return stopped;
}

/* Waits that long, or until that one's window, or the last of all (NULL), is over; with NULL perhaps
 * less. */
static void wait_while_open(const struct slices *s, __u64 ns)
{
	__u64 until = clock_ns() + ns;

	while (s ? s->open : any_open()) {
		__u64 now = clock_ns(), next = rota.watched_ns + WATCH_NS;
		struct timespec at;

		if (now >= until)
			return;
		if (watch(&rota.watched_ns) && !s)
			return; /* one more wants turns */
		next = next < until && next > now ? next : until;
		at = (struct timespec){(time_t)(next / 1000000000), (long)(next % 1000000000)};
		pthread_cond_timedwait(&rota.changed, &rota.lock, &at);
	}
}

/* A slice of so many ns is over, in which its turn took so much of a CPU. */
static void let_stay(struct slices *s, __u64 runs, __u64 ns, __u64 cpu_ns)
{
	note_runs(s);
	if (!is_dear(s, s->runs - runs, ns))
		return;
	take_away(s);
	rota_rest(s, cpu_ns + s->work->hooks->cost_ns(s->state) / 2);
}

static void take_turn(struct slices *s)
{
	__u64 began = clock_ns(), cpu = clock_of_ns(CLOCK_THREAD_CPUTIME_ID);
	__u64 runs = s->work->hooks ? s->work->hooks->runs(s->state) : 0;
	__u64 slice = rota_slice_ns(s);
	__u64 before = s->work->events ? s->work->events(s->state) : 0;
	bool on;

	s->busy = true;
	rota_took(s);
	pthread_mutex_unlock(&rota.lock);
	on = !s->work->on(s->state, slice);
	pthread_mutex_lock(&rota.lock);
	if (on) {
		struct extent from, to;
		__u64 ns;

		pthread_mutex_unlock(&rota.lock);
		from = extent_now(true);
		pthread_mutex_lock(&rota.lock);
		wait_while_open(s, slice);
		pthread_mutex_unlock(&rota.lock);
		to = extent_now(true);
		ns = s->work->off(s->state);
		pthread_mutex_lock(&rota.lock);
		slices_add(s, from, to, ns);
		if (s->work->events)
			rota_cost(s->work->events(s->state) - before, ns);
		cpu = clock_of_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
		if (s->work->hooks)
			let_stay(s, runs, ns, cpu);
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
	bool late;
	__s64 pause_ns = rota_pause(&late);

	if (pause_ns < 0)
		return NULL;
	wait_while_open(NULL, (__u64)pause_ns);
	return rota_next(late);
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
			wait_while_open(NULL, REST_NS);
		else
			rota_plan(rota.until_ns - rota.begun_ns);
	}
	pthread_mutex_unlock(&rota.lock);
	return NULL;
}

static int start(__u64 window_ns)
{
	if (rota.started)
		return 0;
	rota_begin(window_ns);
	rota.started = !thread_start_quiet(&rota.thread, take_turns, NULL);
	return rota.started ? 0 : -1;
}

/* Who was busy before the window is not let to be so for long. */
static void begin_watched(struct slices *s)
{
	double seconds = s->window_ns ? (double)s->window_ns / 1e9 : 1;
	double before_s = (double)(clock_ns() - s->opened_ns) / 1e9;
	__u64 events = s->work->events(s->state);
	bool busy = (double)(events - s->events) > before_s * RARE_PER_S;

	s->events = events;
	s->may = busy ? 0 : fmax(seconds, 0.5) * BURST_PER_S;
	if (s->work->on(s->state, 0))
		s->over = true;
}

int slices_begin(struct slices *s)
{
	int error;

	s->begun = extent_now(false);
	if (s->whole)
		return s->work->on(s->state, 0);
	pthread_mutex_lock(&rota.lock);
	if (s->watched)
		begin_watched(s);
	s->open = true;
	error = start(s->window_ns);
	pthread_mutex_unlock(&rota.lock);
	return error;
}

void slices_end(struct slices *s)
{
	struct extent now = extent_now(false);

	if (s->whole) {
		s->work->off(s->state);
		return;
	}
	pthread_mutex_lock(&rota.lock);
	if (s->watched && !s->busy)
		s->work->off(s->state);
	s->window = extent_between(s->begun, now);
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
	if (!s->open && !s->whole && s->work->hooks && s->work->hooks->there(s->state))
		s->work->hooks->away(s->state);
}

double slices_hold(struct slices *s)
{
	pthread_mutex_lock(&rota.lock);
	/* What was counted in a slice that is not over belongs to no extent so far. */
	while (s->busy)
		pthread_cond_wait(&rota.changed, &rota.lock);
	s->window = extent_between(s->begun, extent_now(false));
	return slices_scale(s);
}

void slices_let(struct slices *s)
{
	(void)s;
	pthread_mutex_unlock(&rota.lock);
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
	let_go(s);
}
