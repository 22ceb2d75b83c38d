// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: datapath/window.c datapath/counters.c datapath/distributions.c */
/* link: -Wl,--wrap=clock_ns */
/* Flows whose counters are read while others have the CPU, long after each other: a sum and a length that are of the same time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "datapath/flow.h"
#include "datapath/pace.h"
#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/window.h"

#define MS    1000000ULL
#define FLOWS 2000

static struct flow flow[FLOWS];
static struct flows flows = {.flow = flow, .count = FLOWS};
static const struct path path = {.name = "made up", .end = END_RX};
static struct config config = {.path = &path};

/* Time goes on by so much whenever it is looked at, and each flow moves its bytes meanwhile. */
static uint64_t now_ns = 1000 * MS, step_ns;
static uint64_t bytes_per_ms[FLOWS];

uint64_t __wrap_clock_ns(void);

static void pass(uint64_t ns)
{
	now_ns += ns;
	for (unsigned int i = 0; i < FLOWS; i++)
		flow[i].counters.bytes = now_ns / 1000 * bytes_per_ms[i] / 1000;
}

uint64_t __wrap_clock_ns(void)
{
	if (step_ns)
		pass(step_ns);
	return now_ns;
}

void flows_look(const struct flows *f)
{
	(void)f;
}

uint64_t flows_bytes(const struct flows *f)
{
	(void)f;
	return 0;
}

uint64_t pace_unsent(const struct flow *f, uint64_t until_ns, uint64_t sent)
{
	(void)f;
	(void)until_ns;
	return sent;
}

uint64_t rpc_waiting(const struct flow *f, uint64_t until_ns, uint64_t done)
{
	(void)f;
	(void)until_ns;
	return done;
}

/* Two seconds, at whose edges the flows are read one each step. */
static struct window two_seconds(uint64_t open_step_ns, uint64_t close_step_ns)
{
	struct window w;

	for (unsigned int i = 0; i < FLOWS; i++)
		flow[i].config = &config;
	pass(0);
	assert_int_equal(window_init(&w, &flows, 1), 0);
	step_ns = open_step_ns;
	window_open(&w);
	step_ns = 0;
	pass(2000 * MS);
	step_ns = close_step_ns;
	window_close(&w);
	step_ns = 0;
	return w;
}

/* Bytes by ms over what all flows together move. */
static double rate(const struct window *w)
{
	struct counters sum;
	double all = 0;

	for (unsigned int i = 0; i < FLOWS; i++)
		all += (double)bytes_per_ms[i];
	window_difference(w, &sum);
	return (double)sum.bytes / ((double)window_ns(w) / MS) / all;
}

static void a_close_that_was_held_up_is_no_throughput(void **state)
{
	struct window w;

	(void)state;
	for (unsigned int i = 0; i < FLOWS; i++)
		bytes_per_ms[i] = 1000;
	/* 0.8 s for 2000 flows: 40 % of the window. */
	w = two_seconds(0, 400000);
	assert_true(rate(&w) > 0.999 && rate(&w) < 1.001);
	assert_int_equal(w.at_open.spread_ns, 0);
	assert_int_equal(w.at_close.spread_ns, 799600000);
	window_free(&w);
	/* So is an open. */
	w = two_seconds(400000, 0);
	assert_true(rate(&w) > 0.999 && rate(&w) < 1.001);
	window_free(&w);
}

static void flows_that_are_not_alike_stay_within_what_is_said(void **state)
{
	struct window w;
	double said;

	(void)state;
	/* The last are the quick ones: as wrong as can be. */
	for (unsigned int i = 0; i < FLOWS; i++)
		bytes_per_ms[i] = i >= FLOWS - 20 ? 100000 : 10;
	w = two_seconds(0, 30000);
	said = (double)(w.at_open.spread_ns + w.at_close.spread_ns) / (double)window_ns(&w);
	assert_true(rate(&w) > 1.005);
	assert_true(rate(&w) < 1 + said);
	window_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_close_that_was_held_up_is_no_throughput),
		cmocka_unit_test(flows_that_are_not_alike_stay_within_what_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
