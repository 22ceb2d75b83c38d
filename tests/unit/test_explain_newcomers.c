// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c tests/unit/explaining.c */
/* libs: gsl jansson */
/* A change too small for components, by a function that one set never runs; and what only seems to be such. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/pages/explain_words.h"
#include "tests/unit/explaining.h"

/* So many of an end's 3000 samples: what runs cost anyway, and the function. */
#define USUAL                                                                                      \
	",tx,profile,component,task/tcp,2700000000,ns\n"                                           \
	",tx,profile,symbol,task;[kernel];tcp_sendmsg_locked,2700,samples\n"
#define RUNS(function, samples)                                                                    \
	",tx,profile,symbol,softirq;[nic];" function "," #samples ",samples\n"

static void named(double slower, const char *better, const char *worse, const char *words)
{
	char sentence[1024];
	struct pair p;

	explain(&p, 20, better, 20 / slower, worse);
	explain_sentence(&p.causes, sentence, sizeof(sentence));
	if (!strstr(sentence, words))
		fail_msg("%s is not in: %s", words, sentence);
	forget(&p);
}

static void a_function_that_came(void **state)
{
	(void)state;
	named(1.05, USUAL, USUAL RUNS("spin", 120),
	      "because a function runs that never did: spin of [nic], in softirq at the sender 0 to");
	named(1 / 1.05, USUAL RUNS("spin", 120), USUAL,
	      "because in A a function runs that never did: spin of [nic], in softirq at the sender");
}

static void what_only_seems_to_be_such(void **state)
{
	static const char none[] = "no cause that is known explains it";

	(void)state;
	/* Too few samples; another name; what costs many times what was lost. */
	named(1.05, USUAL, USUAL RUNS("spin", 1), none);
	named(1.05, USUAL RUNS("turn", 110), USUAL RUNS("spin", 120), none);
	named(1.05, USUAL, USUAL RUNS("spin", 2000), none);
	/* It was there before. */
	named(1.05, USUAL RUNS("spin", 100), USUAL RUNS("spin", 120), none);
}

static void in_some_runs_only(void **state)
{
	static const struct common common = COMMON_DEFAULTS;
	char path[2][64], *paths[] = {path[0], path[1]}, sentence[1024];
	struct pair p;

	(void)state;
	explain(&p, 20, USUAL, 19, USUAL RUNS("spin", 120));
	forget(&p);
	/* One run in five is without it: another thread's work that came by. */
	write_run("b", 2, 19, USUAL);
	snprintf(path[0], sizeof(path[0]), "%s/a", top);
	snprintf(path[1], sizeof(path[1]), "%s/b", top);
	assert_int_equal(experiment_load(&p.a, &paths[0], 1, KEEP_WINDOW), 0);
	assert_int_equal(experiment_load(&p.b, &paths[1], 1, KEEP_WINDOW), 0);
	causes_of(&p.causes, &p.a.configurations[0], &p.b.configurations[0], &common, NULL);
	explain_sentence(&p.causes, sentence, sizeof(sentence));
	if (!strstr(sentence, "no cause that is known"))
		fail_msg("%s", sentence);
	forget(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_that_came),
		cmocka_unit_test(what_only_seems_to_be_such),
		cmocka_unit_test(in_some_runs_only),
	};

	return cmocka_run_group_tests(tests, explaining_start, explaining_finish);
}
