// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c tests/unit/explaining.c */
/* libs: gsl jansson */
/* How much of a difference a cause can explain, what was the limit, and where nothing is to be explained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/causes/causes.h"
#include "analyze/pages/explain_words.h"
#include "tests/unit/explaining.h"

/* Most of its runs move next to nothing: that is no saving, though only of the CPUs it is proven. */
static void test_less_work_for_nothing_is_no_gain(void **state)
{
	struct pair p;

	(void)state;
	explain_unsteady(&p, 1e6, 40, ",rx,cpu,busy,,60,%\n,tx,cpu,busy,,99,%\n" BUSY(990), 4,
			 ",rx,cpu,busy,,6,%\n,tx,cpu,busy,,9,%\n" BUSY(90));
	assert_int_not_equal(p.causes.proven, PROVEN_COST);
	forget(&p);
}

/* A cost can take no more from throughput than it would take of an end that had nothing else to wait for. */
static void test_a_small_cost_is_behind_a_large_loss(void **state)
{
	static const char filtered[] =
		",rx,fact,on_path,nft rules,1,\n"
		",tx,profile,component,softirq/TCP/IP,3000000,ns\n"
		",tx,profile,symbol,softirq;[kernel];nft_do_chain,3,samples\n"
		",tx,tcp,retransmits,0,9000,segments\n";
	struct pair p;

	(void)state;
	explain(&p, 40, ",rx,fact,on_path,nft rules,0,\n,tx,tcp,retransmits,0,0,segments\n", 8,
		filtered);
	assert_string_equal(first(&p), "loss");
	forget(&p);
}

/* Where a thread sleeps far more, and waits a little each time it wakes up, its waiting is no cause. */
static void test_a_cpu_that_others_fill_while_its_thread_sleeps(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40, ",tx,cpu,wait,tx/1,50000000,ns\n,tx,cpu,thread,tx/1,850000000,ns\n", 4,
		",tx,cpu,wait,tx/1,80000000,ns\n,tx,cpu,thread,tx/1,90000000,ns\n");
	assert_string_equal(first(&p), "neighbour");
	assert_true(p.causes.at[0].explains < 0.1);
	forget(&p);
}

/* It waited for softirqs of its CPU; that no tick met all of these is no sign of somebody else. */
static void test_softirqs_between_ticks_are_no_neighbour(void **state)
{
	static const char softirqs[] =
		",tx,cpu,wait,tx/1,80000000,ns\n,tx,cpu,thread,tx/1,90000000,ns\n"
		",tx,cpu,user,1,0,ns\n,tx,cpu,system,1,90000000,ns\n,tx,cpu,irq,1,0,ns\n"
		",tx,cpu,softirq,1,80000000,ns\n,tx,cpu,unaccounted,1,60000000,ns\n";
	struct pair p;

	(void)state;
	explain(&p, 40, ",tx,cpu,wait,tx/1,50000000,ns\n,tx,cpu,thread,tx/1,850000000,ns\n", 4,
		softirqs);
	assert_string_not_equal(first(&p), "neighbour");
	forget(&p);
}

static void test_nothing_moved(void **state)
{
	char sentence[1024];
	struct pair p;

	(void)state;
	explain(&p, 40, "", 40, "");
	assert_int_equal(p.causes.count, 0);
	assert_int_equal(p.causes.proven, PROVEN_NOTHING);
	explain_sentence(&p.causes, sentence, sizeof(sentence));
	assert_string_equal(sentence, "B is not proven to be faster, slower or dearer than A");
	forget(&p);
}

/* A figure that moved by chance, of runs whose throughput did not, is not named. */
static void test_a_counter_without_an_answer(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40, ",tx,tcp,retransmits,0,0,segments\n", 40,
		",tx,tcp,retransmits,0,9000,segments\n");
	assert_int_equal(p.causes.count, 0);
	forget(&p);
}

#define URING ",rx,fact,option,path,uring,\n,host,collector,slices,iouring,3,slices\n"
#define ONE                                                                                        \
	",rx,fact,option,path,uring,\n,host,collector,slices,iouring,1,slices\n,host,collector,share,iouring,0.01,ratio\n"

/* Of a source that looked now and then, and says how far off it may be. */
static void test_what_slices_met_by_chance(void **state)
{
	static const struct {
		const char *a, *b, *first;
	} cases[] = {
		{URING,
		 URING
		 ",rx,collector,error,iouring/cq_overflow,1.5,ratio\n,rx,iouring,cq_overflow,,10000,events\n",
		 "none"},
		{URING,
		 URING
		 ",rx,collector,error,iouring/cq_overflow,0.3,ratio\n,rx,iouring,cq_overflow,,10000,events\n",
		 "cq_overflow"},
		{ONE, ONE ",rx,iouring,cq_overflow,,60,events\n", "none"},
		{ONE, ONE ",rx,iouring,cq_overflow,,10000,events\n", "cq_overflow"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char a[512], b[512];
		struct pair p;

		snprintf(a, sizeof(a), "%s,rx,iouring,cq_overflow,,0,events\n", cases[i].a);
		snprintf(b, sizeof(b), "%s", cases[i].b);
		explain(&p, 40, a, 20, b);
		assert_string_equal(first(&p), cases[i].first);
		forget(&p);
	}
}

static void test_no_known_cause(void **state)
{
	char sentence[1024];
	struct pair p;

	(void)state;
	explain(&p, 40, "", 20, "");
	assert_int_equal(p.causes.count, 0);
	explain_sentence(&p.causes, sentence, sizeof(sentence));
	assert_non_null(strstr(sentence, "slower, and no cause that is known explains it"));
	forget(&p);
}

/* A cost that only went from tasks to softirqs is the same cost. */
static void test_a_cost_that_moved_house(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40,
		",rx,profile,component,task/skb,200000000,ns\n,tx,fact,on_path,packet sockets,0,\n",
		20,
		",rx,profile,component,softirq/skb,100000000,ns\n,tx,fact,on_path,packet sockets,1,\n");
	assert_string_equal(first(&p), "none");
	forget(&p);
}

static void test_consequences_are_one_cause(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40, ",rx,fact,option,rcvbuf,,\n,tx,tcp,rwnd_limited,0,0,ns\n", 20,
		",rx,fact,option,rcvbuf,32K,\n,tx,tcp,rwnd_limited,0,800000000,ns\n");
	assert_int_equal(p.causes.count, 1);
	assert_int_equal(p.causes.at[0].with_count, 1);
	assert_string_equal(p.causes.at[0].with[0]->id, "receive_window");
	forget(&p);
}

/* The points of the components and of the CPU's time are the logarithm of the ratio. */
static void test_the_split_adds_up(void **state)
{
	struct pair p;
	struct split s;
	double sum = 0;

	(void)state;
	explain(&p, 40, ",tx,profile,component,task/skb,50000000,ns\n", 20,
		",tx,profile,component,softirq/TCP/IP,300000000,ns\n");
	s = split_of(&p.causes.design, END_TX);
	assert_int_equal(s.count, 4);
	for (size_t i = 0; i < s.count; i++)
		sum += s.at[i].points;
	assert_true(fabs(sum - s.points) < 1e-9);
	assert_true(fabs(s.points - 100 * log(0.5)) < 1e-6);
	split_free(&s);
	forget(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_less_work_for_nothing_is_no_gain),
		cmocka_unit_test(test_a_small_cost_is_behind_a_large_loss),
		cmocka_unit_test(test_a_cpu_that_others_fill_while_its_thread_sleeps),
		cmocka_unit_test(test_softirqs_between_ticks_are_no_neighbour),
		cmocka_unit_test(test_nothing_moved),
		cmocka_unit_test(test_a_counter_without_an_answer),
		cmocka_unit_test(test_what_slices_met_by_chance),
		cmocka_unit_test(test_no_known_cause),
		cmocka_unit_test(test_a_cost_that_moved_house),
		cmocka_unit_test(test_consequences_are_one_cause),
		cmocka_unit_test(test_the_split_adds_up),
	};

	return cmocka_run_group_tests(tests, explaining_start, explaining_finish);
}
