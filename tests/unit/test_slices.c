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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_burst_after_all_turns),
		cmocka_unit_test(test_what_is_rare_is_counted_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
