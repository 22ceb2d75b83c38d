// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/kit/slices.c collectors/kit/rota.c collectors/kit/slices_say.c collectors/kit/turns.c collectors/kit/estimate.c collectors/kit/extent.c collectors/kit/softnet_stat.c collectors/kit/cpus.c collectors/kit/proc_stat.c */
/* A source that counts all of its window until that is too much, and takes slices then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "collectors/kit/measurement.h"
#include "collectors/kit/slices.h"

#define MS	    1000000ULL
#define WINDOW_S    0.2
#define PATIENCE_NS (10000 * MS)

/* Each figure grows by one each ms while it is switched on. */
struct source {
	uint64_t events, since_ns, slices;
	uint64_t counted;
};

static int on(void *state, __u64 slice_ns)
{
	struct source *s = state;

	s->since_ns = clock_ns();
	__atomic_fetch_add(&s->slices, slice_ns > 0, __ATOMIC_RELAXED);
	return 0;
}

static __u64 off(void *state)
{
	struct source *s = state;
	uint64_t ns = clock_ns() - s->since_ns;

	s->counted += ns / MS;
	return ns;
}

static void read_one(void *state, __u64 *total)
{
	*total = ((struct source *)state)->counted;
}

static __u64 events(void *state)
{
	return __atomic_load_n(&((struct source *)state)->events, __ATOMIC_RELAXED);
}

static void keep(void *state)
{
	(void)state;
}

static const struct slices_work work = {
	.on = on,
	.off = off,
	.slice_ns = 20 * MS,
	.figures = 1,
	.read = read_one,
	.events = events,
	.keep = keep,
};

/* One that takes turns from the beginning. */
static const struct slices_work other_work = {
	.on = on,
	.off = off,
	.slice_ns = 20 * MS,
	.figures = 1,
	.read = read_one,
};

/* One whose programs stay in place, for all that off() does: so often they were put there and taken away. */
static struct {
	bool there;
	unsigned int put, taken;
	uint64_t runs, each; /* more of them whenever one looks */
} hooked;

static int hooked_on(void *state, __u64 slice_ns)
{
	hooked.put += !hooked.there;
	hooked.there = true;
	return on(state, slice_ns);
}

static bool hooked_there(void *state)
{
	(void)state;
	return hooked.there;
}

static void hooked_away(void *state)
{
	(void)state;
	hooked.there = false;
	hooked.taken++;
}

static __u64 hooked_cost_ns(void *state)
{
	(void)state;
	return 10 * MS;
}

static __u64 hooked_runs(void *state)
{
	(void)state;
	return hooked.runs += __atomic_load_n(&hooked.each, __ATOMIC_RELAXED);
}

static const struct slices_hooks hooks = {
	.there = hooked_there,
	.away = hooked_away,
	.cost_ns = hooked_cost_ns,
	.runs = hooked_runs,
};

static const struct slices_work hooked_work = {
	.on = hooked_on,
	.off = off,
	.slice_ns = 2 * MS,
	.figures = 1,
	.read = read_one,
	.hooks = &hooks,
};

static void wait_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/* Of what comes after that something is known, or it would be said to be none. */
static void test_a_burst_after_all_turns(void **state)
{
	struct measurement run = {.seconds = WINDOW_S};
	struct source source = {.events = 0}, neighbour = {.events = 0};
	struct slices *s = slices_open(&work, &run, &source);
	struct slices *other = slices_open(&other_work, &run, &neighbour);
	uint64_t until;

	(void)state;
	assert_non_null(s);
	assert_non_null(other);
	assert_int_equal(slices_begin(s), 0);
	assert_int_equal(slices_begin(other), 0);
	wait_ms(300); /* a window is closed late by who has much to do */
	__atomic_store_n(&source.events, 1000000000, __ATOMIC_RELAXED);
	for (until = clock_ns() + PATIENCE_NS;
	     !__atomic_load_n(&source.slices, __ATOMIC_RELAXED) && clock_ns() < until;)
		wait_ms(5);
	wait_ms(100);
	slices_end(s);
	slices_end(other);
	slices_wait(s);
	slices_wait(other);
	assert_int_equal(source.slices, 1);
	assert_true(slices_scale(s) > 1);
	slices_close(s);
	slices_close(other);
}

static void test_what_is_rare_is_counted_whole(void **state)
{
	struct measurement run = {.seconds = WINDOW_S};
	struct source source = {.events = 0};
	struct slices *s = slices_open(&work, &run, &source);

	(void)state;
	assert_non_null(s);
	assert_int_equal(slices_begin(s), 0);
	wait_ms(100);
	slices_end(s);
	slices_wait(s);
	assert_int_equal(source.slices, 0);
	assert_true(slices_scale(s) == 1);
	assert_true(source.counted >= 100);
	slices_close(s);
}

static uint64_t slices_within(struct slices *s, struct source *source, unsigned int ms)
{
	assert_int_equal(slices_begin(s), 0);
	wait_ms(ms);
	slices_end(s);
	slices_wait(s);
	return source->slices;
}

static void test_programs_that_hardly_run_stay_in_place(void **state)
{
	struct measurement run = {.seconds = 0.5};
	uint64_t met = 0;

	(void)state;
	/* On a busy machine there may be no time for a second slice. */
	for (int tries = 0; met < 2 && tries < 20; tries++) {
		struct source source = {.events = 0};
		struct slices *s = slices_open(&hooked_work, &run, &source);

		hooked.put = hooked.taken = 0;
		hooked.each = 1;
		met = slices_within(s, &source, 500);
		assert_int_equal(hooked.put, met > 0);
		/* Behind the window, when it costs nobody. */
		assert_int_equal(hooked.taken, met > 0);
		slices_close(s);
		assert_int_equal(hooked.taken, met > 0);
	}
	assert_true(met >= 2);
}

static void test_programs_that_run_all_the_time_do_not(void **state)
{
	struct measurement run = {.seconds = 0.5};
	struct source source = {.events = 0};
	struct slices *s = slices_open(&hooked_work, &run, &source);

	(void)state;
	hooked.put = hooked.taken = 0;
	hooked.each = 100000000;
	assert_true(slices_within(s, &source, 500) >= 1);
	assert_int_equal(hooked.put, source.slices);
	assert_int_equal(hooked.taken, source.slices);
	slices_close(s);
}

/* They stayed, and then what they are at began to be called all the time. */
static void test_programs_that_begin_to_run_go(void **state)
{
	struct measurement run = {.seconds = 60};
	struct source source = {.events = 0};
	struct slices *s = slices_open(&hooked_work, &run, &source);
	uint64_t until;

	(void)state;
	hooked.put = hooked.taken = 0;
	hooked.each = 0;
	hooked.there = true;
	assert_int_equal(slices_begin(s), 0);
	wait_ms(100);
	__atomic_store_n(&hooked.each, 1000000000, __ATOMIC_RELAXED);
	for (until = clock_ns() + PATIENCE_NS;
	     !__atomic_load_n(&hooked.taken, __ATOMIC_RELAXED) && clock_ns() < until;)
		wait_ms(5);
	assert_true(hooked.taken >= 1);
	slices_end(s);
	slices_wait(s);
	slices_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_burst_after_all_turns),
		cmocka_unit_test(test_what_is_rare_is_counted_whole),
		cmocka_unit_test(test_programs_that_hardly_run_stay_in_place),
		cmocka_unit_test(test_programs_that_run_all_the_time_do_not),
		cmocka_unit_test(test_programs_that_begin_to_run_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
