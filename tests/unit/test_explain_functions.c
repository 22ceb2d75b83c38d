// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c tests/unit/explaining.c */
/* libs: gsl jansson */
/* What no mechanism knows, by the function that came; and what only a counter says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/pages/explain_words.h"
#include "tests/unit/explaining.h"

#define DRIVER ",rx,fact,nic,driver,zcnic,\n"
#define SLOW(function)                                                                             \
	",rx,profile,component,softirq/unmapped,300000000,ns\n"                                    \
	",rx,profile,symbol,softirq;" function ",300,samples\n"

#define LITTLE                                                                                     \
	",rx,profile,component,softirq/unmapped,20000000,ns\n"                                     \
	",rx,profile,symbol,softirq;[kernel];odd_work,20,samples\n"

/* Of runs that took turns. */
#define ROUNDS ",host,fact,seed,,7,\n"

#define COPIES(ms)                                                                                 \
	",rx,profile,component,softirq/data copy," #ms "000000,ns\n"                               \
	",rx,profile,symbol,softirq;[kernel];_copy_to_iter," #ms ",samples\n"

static void check(const char *better, const char *worse, const char *id, const char *evidence)
{
	char sentence[1024];
	struct pair p;

	explain(&p, 20, better, 10, worse);
	assert_string_equal(first(&p), id);
	explain_sentence(&p.causes, sentence, sizeof(sentence));
	if (!strstr(sentence, evidence))
		fail_msg("%s is not in: %s", evidence, sentence);
	forget(&p);
}

static void test_a_function_that_came(void **state)
{
	static const char there[] = ",rx,profile,symbol,softirq;[kernel];odd_work,500,samples\n";

	(void)state;
	check("", SLOW("[kernel];odd_work"), "function",
	      "a function takes longer for the same bytes: odd_work at the receiver 0 to");
	/* So much of it as there was before, of half as many bytes, is twice as much. */
	check(there, SLOW("[kernel];odd_work"), "none", "no cause that is known");
	/* Bytes that take longer to copy are where memory is, and no cause. */
	check(ROUNDS COPIES(20), ROUNDS COPIES(400), "none", "no cause that is known");
	/* Nor is what only grew between two sets one after the other; of runs that took turns it is the fault's. */
	check(LITTLE, SLOW("[kernel];odd_work"), "none", "no cause that is known");
	check(ROUNDS LITTLE, ROUNDS SLOW("[kernel];odd_work"), "function", "odd_work");
	/* What a mechanism knows is no unknown function. */
	check(",rx,fact,on_path,nft rules,0,\n",
	      ",rx,fact,on_path,nft rules,2000,\n" SLOW("[nf_tables];nft_do_chain"), "netfilter",
	      "functions of the firewall");
}

static void test_a_driver_by_its_module(void **state)
{
	struct pair p;

	(void)state;
	check(DRIVER, DRIVER SLOW("[zcnic];zcnic_burn"), "driver",
	      "functions of the device's driver at the receiver 0 to");
	check(DRIVER, DRIVER SLOW("[zcnic2];burn"), "function", "burn at the receiver 0 to");
	/* And its function is evidence for it, and no cause of its own. */
	explain(&p, 20, DRIVER, 10, DRIVER SLOW("[zcnic];zcnic_burn"));
	assert_int_equal(p.causes.count, 1);
	assert_string_equal(p.causes.at[0].seen[1].sign->words, "zcnic_burn");
	forget(&p);
}

#define FULL(count)                                                                                \
	ROUNDS ",rx,fact,option,path,uring,\n,rx,iouring,cq_overflow,," #count ",events\n"
#define LOST(count) ROUNDS ",tx,tcp,retransmits,0," #count ",segments\n"

/* Of runs that took turns: certain in each round, whatever it costs. */
static void test_only_a_counter(void **state)
{
	static const struct {
		const char *a, *b;
		const char *first;
	} cases[] = {
		{LOST(0), LOST(9000), "loss"},
		{LOST(9000), LOST(0), "loss"},
		{LOST(2000), LOST(9000), "none"},
		{LOST(0), LOST(2000), "none"},
		{ROUNDS DRIVER, ROUNDS DRIVER SLOW("[zcnic];zcnic_burn"), "driver"},
		{DRIVER, DRIVER SLOW("[zcnic];zcnic_burn"), "none"},
		{",tx,tcp,retransmits,0,0,segments\n", ",tx,tcp,retransmits,0,9000,segments\n",
		 "none"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char sentence[1024];
		struct pair p;

		explain(&p, 40, cases[i].a, 40, cases[i].b);
		assert_string_equal(first(&p), cases[i].first);
		if (p.causes.count) {
			explain_sentence(&p.causes, sentence, sizeof(sentence));
			assert_true(cause_is_counted(&p.causes, &p.causes.at[0]));
			assert_string_equal(cause_sure(&p.causes, &p.causes.at[0]), "possible");
			assert_non_null(strstr(sentence,
					       "not proven to be faster, slower or dearer than A; yet, by a counter alone,"));
		}
		forget(&p);
	}
}

/* A run that moved nothing has no cost by the byte, and keeps no function of the others from being found. */
static void test_a_function_where_a_run_moves_nothing(void **state)
{
	static const struct common common = COMMON_DEFAULTS;
	char paths[2][64];
	struct pair p;

	(void)state;
	for (int i = 1; i <= 5; i++) {
		write_run("a", i, 20, "");
		write_run("b", i, i == 3 ? 0 : 10, SLOW("[kernel];__odd_work"));
	}
	for (int side = 0; side < 2; side++)
		snprintf(paths[side], sizeof(paths[side]), "%s/%c", top, "ab"[side]);
	assert_int_equal(experiment_load(&p.a, &(char *){paths[0]}, 1, KEEP_WINDOW), 0);
	assert_int_equal(experiment_load(&p.b, &(char *){paths[1]}, 1, KEEP_WINDOW), 0);
	causes_of(&p.causes, &p.a.configurations[0], &p.b.configurations[0], &common, NULL);
	assert_string_equal(first(&p), "function");
	forget(&p);
}

/* A run that moved next to nothing, and in which next to nothing was counted, makes the others no less certain. */
static void test_a_counter_where_a_run_fails(void **state)
{
	static const struct common common = COMMON_DEFAULTS;
	static const double gbit[] = {7, 9, 5e-5, 0.4, 5};
	char paths[2][64];
	struct pair p;

	(void)state;
	for (int i = 1; i <= 5; i++) {
		write_run("a", i, 40, FULL(0));
		write_run("b", i, gbit[i - 1], gbit[i - 1] < 1e-3 ? FULL(1) : FULL(300));
	}
	for (int side = 0; side < 2; side++)
		snprintf(paths[side], sizeof(paths[side]), "%s/%c", top, "ab"[side]);
	assert_int_equal(experiment_load(&p.a, &(char *){paths[0]}, 1, KEEP_WINDOW), 0);
	assert_int_equal(experiment_load(&p.b, &(char *){paths[1]}, 1, KEEP_WINDOW), 0);
	causes_of(&p.causes, &p.a.configurations[0], &p.b.configurations[0], &common, NULL);
	assert_string_equal(first(&p), "cq_overflow");
	forget(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_function_that_came),
		cmocka_unit_test(test_a_driver_by_its_module),
		cmocka_unit_test(test_only_a_counter),
		cmocka_unit_test(test_a_function_where_a_run_moves_nothing),
		cmocka_unit_test(test_a_counter_where_a_run_fails),
	};

	return cmocka_run_group_tests(tests, explaining_start, explaining_finish);
}
