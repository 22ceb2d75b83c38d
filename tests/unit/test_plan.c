// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: zcprof/run/plan.c zcprof/run/expand.c zcprof/run/skip.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "zcprof/run/plan.h"

static void give(struct plan *plan, enum option_id id, enum option_ends ends, const char *list)
{
	char why[160] = "";

	if (plan_option(plan, id, ends, list, why, sizeof(why)))
		fail_msg("%s: %s", list, why);
}

static void two_paths(struct plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	give(plan, OPTION_path, ENDS_RX, "copy,uring");
	give(plan, OPTION_path, ENDS_TX, "copy,send_zc,zerocopy");
}

static void test_product(void **state)
{
	static const char *const names[] = {
		"rx=copy,tx=copy",  "rx=copy,tx=send_zc",  "rx=copy,tx=zerocopy",
		"rx=uring,tx=copy", "rx=uring,tx=send_zc", "rx=uring,tx=zerocopy",
	};
	struct plan plan;

	(void)state;
	two_paths(&plan);
	give(&plan, OPTION_read, ENDS_BOTH, "64K");
	assert_int_equal(plan_expand(&plan), 0);
	assert_int_equal(plan.configuration_count, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(plan.configurations[i].name, names[i]);
		assert_string_equal(plan.configurations[i].value[END_RX][OPTION_read], "64K");
		assert_null(plan.configurations[i].value[END_TX][OPTION_read]);
	}
	plan_free(&plan);
}

static void test_both_ends_and_one(void **state)
{
	struct plan plan = {0};

	(void)state;
	give(&plan, OPTION_cpu, ENDS_RX, "0+2");
	give(&plan, OPTION_cpu, ENDS_BOTH, "4,5");
	assert_int_equal(plan_expand(&plan), 0);
	assert_int_equal(plan.configuration_count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(plan.configurations[i].value[END_RX][OPTION_cpu], "0+2");
	assert_string_equal(plan.configurations[0].value[END_TX][OPTION_cpu], "4");
	assert_string_equal(plan.configurations[1].value[END_TX][OPTION_cpu], "5");
	assert_string_equal(plan.configurations[1].name, "cpu=5");
	plan_free(&plan);
}

static void test_later_list_replaces(void **state)
{
	struct plan plan = {0};

	(void)state;
	give(&plan, OPTION_read, ENDS_BOTH, "4K,8K");
	give(&plan, OPTION_read, ENDS_RX, "16K");
	assert_int_equal(plan_expand(&plan), 0);
	assert_int_equal(plan.configuration_count, 1);
	assert_string_equal(plan.configurations[0].value[END_RX][OPTION_read], "16K");
	plan_free(&plan);
}

/* Each path gets what it has a use for; what none has a use for, all get, to be refused by zcpath. */
static void test_options_of_some_paths(void **state)
{
	struct plan plan = {0};

	(void)state;
	give(&plan, OPTION_nic, ENDS_BOTH, "eth0");
	give(&plan, OPTION_queues, ENDS_BOTH, "8-11");
	give(&plan, OPTION_depth, ENDS_BOTH, "4");
	give(&plan, OPTION_batch, ENDS_BOTH, "16,128");
	give(&plan, OPTION_path, ENDS_RX, "copy,zcrx,devmem");
	give(&plan, OPTION_path, ENDS_TX, "copy");
	assert_int_equal(plan_expand(&plan), 0);
	/* Two batches for devmem, and one for each of the others, without it. */
	assert_int_equal(plan.configuration_count, 4);
	assert_string_equal(plan.configurations[0].name, "rx=copy,tx=copy");
	assert_string_equal(plan.configurations[2].name, "batch=16,rx=devmem,tx=copy");
	assert_string_equal(plan.configurations[3].name, "batch=128,rx=devmem,tx=copy");
	for (size_t i = 0; i < 4; i++) {
		const struct configuration *c = &plan.configurations[i];
		bool nic = strcmp(c->value[END_RX][OPTION_path], "copy");

		assert_int_equal(!!c->value[END_RX][OPTION_nic], nic);
		assert_int_equal(!!c->value[END_RX][OPTION_queues], nic);
		assert_null(c->value[END_TX][OPTION_nic]);
		assert_string_equal(c->value[END_TX][OPTION_depth], "4");
		assert_int_equal(!!c->value[END_RX][OPTION_batch],
				 !strcmp(c->value[END_RX][OPTION_path], "devmem"));
	}
	plan_free(&plan);
}

/* What is left of rx copy,uring,devmem x tx copy,send_zc x read 4K,64K x batch 1,128. */
static void test_skip(void **state)
{
	static const struct {
		const char *skip;
		size_t left; /* of 4 + 4 + 8 */
	} cases[] = {
		{"rx=devmem", 8},
		{"rx=devmem,uring tx=send_zc", 10},
		{"read=65536", 8}, /* is 64K */
		{"rx!=copy read!=4K", 10},
		{"batch=1", 12},
		{"batch!=1", 12}, /* what has no batch is not another one */
		{"flows!=1", 16}, /* the default */
		{"path=send_zc  read=4K", 12},
		{"tx-msg=64M rx=copy", 12},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct plan plan = {0};
		char why[200] = "";

		give(&plan, OPTION_path, ENDS_RX, "copy,uring,devmem");
		give(&plan, OPTION_path, ENDS_TX, "copy,send_zc");
		give(&plan, OPTION_read, ENDS_BOTH, "4K,64K");
		give(&plan, OPTION_batch, ENDS_BOTH, "1,128");
		if (plan_skip(&plan, cases[i].skip, why, sizeof(why)))
			fail_msg("%s: %s", cases[i].skip, why);
		assert_int_equal(plan_expand(&plan), 0);
		if (plan.configuration_count != cases[i].left)
			fail_msg("%s leaves %zu", cases[i].skip, plan.configuration_count);
		assert_int_equal(plan.skipped, 16 - cases[i].left);
		plan_free(&plan);
	}
}

static void test_skip_refused(void **state)
{
	static const char *const wrong[] = {"",		  "  ",		"rx",
					    "rx=",	  "colour=red", "rx-read",
					    "tx-read=4K", "read=4K,x",	"read=4K rx<copy",
					    "=4K"};
	struct plan plan = {0};
	char why[200];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		*why = '\0';
		assert_int_equal(plan_skip(&plan, wrong[i], why, sizeof(why)), -1);
		assert_non_null(strstr(why, "expected"));
	}
	give(&plan, OPTION_path, ENDS_RX, "copy");
	assert_int_equal(plan_skip(&plan, "rx=copy", why, sizeof(why)), 0);
	assert_int_equal(plan_expand(&plan), -1);
	plan_free(&plan);
}

static void test_table(void **state)
{
	struct plan plan = {0};
	char why[200] = "";

	(void)state;
	assert_int_equal(plan_table(&plan, "rows=rx cols=read value=T,C", why, sizeof(why)), 0);
	assert_int_equal(plan_table(&plan, "rows=rx colour=red", why, sizeof(why)), -1);
	assert_non_null(strstr(why, "found \"colour=red\""));
	assert_int_equal(plan.tables.count, 1);
	assert_int_equal(plan_published(&plan, "by A: B, C", why, sizeof(why)), 0);
	assert_int_equal(plan_published(&plan, "value=T is=4 where=read=4K per=rx=uring over=nic",
					why, sizeof(why)),
			 0);
	assert_int_equal(plan_published(&plan, "value=T is=4 rows=rx", why, sizeof(why)), -1);
	assert_non_null(strstr(why,
			       "expected value=, is=, where=, per= and over=, found \"rows=rx\""));
	assert_int_equal(plan.published.count, 2);
	plan_free(&plan);
}

static void test_refused_lists(void **state)
{
	static const struct {
		enum option_id id;
		const char *list;
		const char *why;
	} wrong[] = {
		{OPTION_read, "4K,", "expected"},    {OPTION_read, "4K,x", "expected"},
		{OPTION_read, "0", "expected"},	     {OPTION_read, "4K,8K,4K", "twice"},
		{OPTION_cpu, "0;1", "expected CPU"}, {OPTION_no_iowait, "maybe", "yes or no"},
		{OPTION_path, "co py", "expected"},  {OPTION_path, "../copy", "expected"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct plan plan = {0};
		char why[160] = "";

		assert_int_equal(plan_option(&plan, wrong[i].id, ENDS_BOTH, wrong[i].list, why,
					     sizeof(why)),
				 -1);
		assert_non_null(strstr(why, wrong[i].why));
		plan_free(&plan);
	}
}

static void test_too_many(void **state)
{
	struct plan plan = {0};
	char list[4096] = "1";

	(void)state;
	for (int i = 2; i <= 200; i++)
		sprintf(list + strlen(list), ",%d", i);
	give(&plan, OPTION_flows, ENDS_BOTH, list);
	give(&plan, OPTION_depth, ENDS_BOTH, list);
	assert_int_equal(plan_expand(&plan), -1);
	plan_free(&plan);
}

/* Every repeat of every configuration once, and each round before the next. */
static void test_order_is_whole(void **state)
{
	struct plan plan;

	(void)state;
	two_paths(&plan);
	assert_int_equal(plan_expand(&plan), 0);
	assert_int_equal(plan_order(&plan, 4, true, 7), 0);
	assert_int_equal(plan.slot_count, 6 * 4 * 2);
	for (unsigned int round = 0; round < 4; round++) {
		int seen[6][2] = {{0}};

		for (size_t i = 0; i < 12; i++) {
			const struct slot *s = &plan.slots[12 * round + i];

			assert_int_equal(s->repeat, round + 1);
			seen[s->configuration][s->control]++;
		}
		for (size_t i = 0; i < 6; i++) {
			assert_int_equal(seen[i][0], 1);
			assert_int_equal(seen[i][1], 1);
		}
	}
	plan_free(&plan);
}

static void order_of(uint64_t seed, size_t order[24])
{
	struct plan plan;

	two_paths(&plan);
	assert_int_equal(plan_expand(&plan), 0);
	assert_int_equal(plan_order(&plan, 4, false, seed), 0);
	for (size_t i = 0; i < 24; i++)
		order[i] = plan.slots[i].configuration;
	plan_free(&plan);
}

static void test_order_follows_the_seed(void **state)
{
	size_t a[24], b[24], c[24];

	(void)state;
	order_of(1, a);
	order_of(1, b);
	order_of(2, c);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
	/* Rounds differ from one another too. */
	assert_memory_not_equal(a, a + 6, 6 * sizeof(*a));
}

/* Each of the 6 orders of 3 configurations about equally often: chi-square, 5 degrees, p = 1e-6. */
static void test_order_is_fair(void **state)
{
	unsigned int count[27] = {0};
	double chi = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 6000; seed++) {
		struct plan plan = {0};

		give(&plan, OPTION_flows, ENDS_BOTH, "1,2,3");
		assert_int_equal(plan_expand(&plan), 0);
		assert_int_equal(plan_order(&plan, 1, false, seed), 0);
		count[plan.slots[0].configuration * 9 + plan.slots[1].configuration * 3 +
		      plan.slots[2].configuration]++;
		plan_free(&plan);
	}
	for (int i = 0; i < 27; i++)
		if (i / 9 != i / 3 % 3 && i / 9 != i % 3 && i / 3 % 3 != i % 3)
			chi += (count[i] - 1000.0) * (count[i] - 1000.0) / 1000;
	assert_true(chi < 36);
}

/* The earlier plan's order, and what is new behind it. */
static void test_extend(void **state)
{
	struct plan plan;
	char why[200] = "";
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	two_paths(&plan);
	give(&plan, OPTION_read, ENDS_BOTH, "16K,8K,4K");
	give(&plan, OPTION_msg, ENDS_BOTH, "1M,2M");
	assert_int_equal(plan_extend(&plan, 0, "rx", "uring", why, sizeof(why)), 0);
	assert_int_equal(plan_extend(&plan, 1, "msg", "1M,2M", why, sizeof(why)), 0);
	assert_int_equal(plan_extend(&plan, 2, "seconds", "5", why, sizeof(why)), 1);
	assert_int_equal(plan_extend(&plan, 2, "read", "4K,8K", why, sizeof(why)), 0);
	plan_print(&plan, out);
	fclose(out);
	assert_string_equal(text, "rx uring,copy\nmsg 1M,2M\nread 4K,8K,16K\n"
				  "tx copy,send_zc,zerocopy\n");
	free(text);
	/* A value that is gone; and one folder that would not say which it was. */
	assert_int_equal(plan_extend(&plan, 2, "read", "4K,32K", why, sizeof(why)), -1);
	assert_non_null(strstr(why, "32K"));
	assert_int_equal(plan_extend(&plan, 2, "read", "4K", why, sizeof(why)), -1);
	assert_non_null(strstr(why, "folders"));
	plan_free(&plan);
}

static void test_print_is_a_plan_file(void **state)
{
	struct plan plan;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	two_paths(&plan);
	give(&plan, OPTION_cpu, ENDS_RX, "0+2,3");
	give(&plan, OPTION_no_iowait, ENDS_BOTH, "yes,no");
	plan_print(&plan, out);
	fclose(out);
	assert_string_equal(text, "rx copy,uring\ntx copy,send_zc,zerocopy\nrx-cpu 0+2,3\n"
				  "no-iowait yes,no\n");
	free(text);
	plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_product),
		cmocka_unit_test(test_both_ends_and_one),
		cmocka_unit_test(test_later_list_replaces),
		cmocka_unit_test(test_options_of_some_paths),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_skip_refused),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_refused_lists),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_order_is_whole),
		cmocka_unit_test(test_order_follows_the_seed),
		cmocka_unit_test(test_order_is_fair),
		cmocka_unit_test(test_extend),
		cmocka_unit_test(test_print_is_a_plan_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
