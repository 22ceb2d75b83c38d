// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c tests/unit/explaining.c */
/* libs: gsl jansson */
/* The command that tests a cause, what of a stranger's plan is no command, and causes that are withdrawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/causes/confirm.h"
#include "tests/unit/explaining.h"

static void test_the_command_that_confirms(void **state)
{
	/* So many of them run something. */
	enum { CODE = 15 };
	static const char *const code[] = {
		"power cmd:sh -c reboot",
		"  --pow=cmd:reboot",
		"set X=cmd:reboot\npower ${X}",
		"ssh sh -c reboot",
		"zcpath /tmp/x",
		"rx-host root@evil",
		"include other.plan",
		"zcpr /tmp/x",
		"sysctl kernel.sysrq=1",
		"rx-sysc=kernel.core_pattern=|/tmp/x",
		"tx-sysctl net.ipv4.tcp_sack=0+kernel.sysrq=1",
		"--sysctl net.ipv4.tcp_sack=0,kernel.sysrq=1",
		"set X=kernel.sysrq=1\nsysctl ${X}",
		"sysctl net.ipv4.tcp_${X}",
		"rx-sy fs.suid_dumpable=2",
		"power csv:meter.csv",
		"tx copy",
		"port 5300",
		"sysctl net.ipv4.tcp_rmem=4096 131072 6291456+net/core/rmem_max=1,net.ipv4.tcp_sack=0",
		"sysctl ",
	};
	char command[1024];
	FILE *plan;
	struct pair p;

	(void)state;
	explain(&p, 40,
		",rx,fact,option,rcvbuf,,\n,tx,tcp,rwnd_limited,0,0,ns\n,host,fact,link,,veth,\n"
		",rx,fact,option,refill,64,\n",
		20,
		",rx,fact,option,rcvbuf,32K,\n,rx,fact,option,refill,16,\n,tx,tcp,rwnd_limited,0,800000000,ns\n,rx,fact,option,cc,a'b;c,\n"
		",host,fact,link,,veth,\n");
	assert_int_equal(confirm_command(&p.causes, &p.causes.at[0], command, sizeof(command)),
			 CONFIRMING_COMMAND);
	/*
	 * The option that is tested is as it was in both: of a buffer half of what the record has, for the kernel doubles what
	 * it is asked for. What else a record says is one word of a shell.
	 */
	assert_non_null(strstr(command, " --rcvbuf=,16K"));
	assert_non_null(strstr(command, "zcprof run --link veth --against "));
	assert_non_null(strstr(command,
			       " -o confirm --rx copy --tx copy --refill=16 --rx-cc='a'\\''b;c'"));
	assert_int_equal(confirm_command(&p.causes, &p.causes.at[0], command, 40), CONFIRMING_NONE);
	/* The plan beside the worse set has what is no option of a configuration, and options at their default. */
	snprintf(command, sizeof(command), "%s/plan", top);
	plan = fopen(command, "w");
	assert_non_null(plan);
	fputs("# zcprof 0.1.0: does it again\nrx copy\nrcvbuf 16K,\ncollect cpu\n", plan);
	assert_int_equal(fclose(plan), 0);
	assert_int_equal(confirm_command(&p.causes, &p.causes.at[0], command, sizeof(command)),
			 CONFIRMING_COMMAND);
	assert_non_null(strstr(command, "zcprof run @/tmp/test_explain"));
	assert_null(strstr(command, "--link"));
	/* What differs and is in no plan was made from another option, and is made again. */
	assert_null(strstr(command, "refill"));
	/* In place of the plan's own value. */
	assert_non_null(strstr(command, " --rcvbuf=,16K"));
	/* A stranger's plan is code: where it says which program runs, it is named and no command. */
	for (size_t i = 0; i < sizeof(code) / sizeof(*code); i++) {
		snprintf(command, sizeof(command), "%s/plan", top);
		plan = fopen(command, "w");
		assert_non_null(plan);
		fprintf(plan, "# zcprof 0.1.0: does it again\nrx copy\n%s\n", code[i]);
		assert_int_equal(fclose(plan), 0);
		assert_int_equal(confirm_command(&p.causes, &p.causes.at[0], command,
						 sizeof(command)),
				 i < CODE ? CONFIRMING_REFUSED : CONFIRMING_COMMAND);
		assert_int_equal(!!strstr(command, "only if you trust it"), i < CODE);
	}
	/* What stands behind a zero is no less read. */
	snprintf(command, sizeof(command), "%s/plan", top);
	plan = fopen(command, "w");
	assert_non_null(plan);
	fputs("# zcprof x", plan);
	fputc('\0', plan);
	fputs("\npower cmd:reboot\n", plan);
	assert_int_equal(fclose(plan), 0);
	assert_int_equal(confirm_command(&p.causes, &p.causes.at[0], command, sizeof(command)),
			 CONFIRMING_REFUSED);
	assert_non_null(strstr(command, "a byte of value zero"));
	snprintf(command, sizeof(command), "%s/plan", top);
	assert_int_equal(unlink(command), 0);
	forget(&p);
}

/* A folder in which the sets of a test of a cause lie. */
static void begin_test(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	assert_int_equal(mkdir(path, 0777), 0);
}

static enum confirmed judged(struct pair *p, const char *name)
{
	char path[64], *paths[] = {path};
	struct experiment tested;
	struct interval returned;
	enum confirmed confirmed;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	assert_int_equal(experiment_load(&tested, paths, 1, KEEP_WINDOW), 0);
	confirmed = confirm_judge(&p->causes, &tested, &returned);
	experiment_free(&tested);
	return confirmed;
}

/* With the remedy the figure comes back, or it does not. */
static void test_a_cause_is_withdrawn(void **state)
{
	static const struct {
		double again, cured;
		enum confirmed expected;
	} cases[] = {
		{40, 38, CONFIRM_RETURNED}, {40, 22, CONFIRM_WITHDRAWN}, {22, 22, CONFIRM_MOVED}};
	struct pair p;

	(void)state;
	explain(&p, 40, ",tx,tcp,rwnd_limited,0,0,ns\n", 20,
		",tx,tcp,rwnd_limited,0,800000000,ns\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char set[32], path[64];

		snprintf(set, sizeof(set), "test%zu", i);
		begin_test(set);
		for (int run = 1; run <= 2; run++) {
			snprintf(path, sizeof(path), "%s/again,one", set);
			write_run(path, run, cases[i].again, "");
			snprintf(path, sizeof(path), "%s/cured", set);
			write_run(path, run, cases[i].cured, "");
		}
		assert_int_equal(judged(&p, set), cases[i].expected);
	}
	forget(&p);
}

/* It takes its setting along, with what that set; and what is left is ranked as if neither had been. */
static void test_what_is_left_of_a_withdrawn_cause(void **state)
{
	struct pair p;

	(void)state;
	explain(&p, 40,
		",tx,fact,option,mss,,\n,rx,fact,option,bundles,yes,\n,tx,tcp,mss,0,8948,bytes\n",
		20,
		",tx,fact,option,mss,536,\n,rx,fact,option,bundles,no,\n,tx,tcp,mss,0,536,bytes\n"
		",rx,profile,component,task/io_uring,300000000,ns\n");
	assert_string_equal(first(&p), "segment_size");
	p.causes.confirmed = CONFIRM_WITHDRAWN;
	causes_withdraw(&p.causes);
	assert_string_equal(p.causes.withdrawn.mechanism->id, "segment_size");
	assert_string_equal(p.causes.withdrawn.setting->key, "mss");
	assert_string_equal(p.causes.withdrawn.setting->b, "536");
	assert_string_equal(first(&p), "setting");
	assert_string_equal(p.causes.at[0].setting->key, "bundles");
	forget(&p);
}

/* With the worse set as it is now beside, all is compared as of now, however far the machine went. */
static void test_a_cause_on_a_machine_that_moved(void **state)
{
	static const struct {
		double again, cured, still;
		enum confirmed expected;
	} cases[] = {{12, 11.5, 6, CONFIRM_RETURNED},
		     {12, 6.1, 6, CONFIRM_WITHDRAWN},
		     {12, 12, 11.5, CONFIRM_MOVED}};
	struct pair p;

	(void)state;
	explain(&p, 40, ",rx,fact,option,rcvbuf,,\n,tx,tcp,rwnd_limited,0,0,ns\n", 20,
		",rx,fact,option,rcvbuf,32K,\n,tx,tcp,rwnd_limited,0,800000000,ns\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char set[32], path[64];

		snprintf(set, sizeof(set), "now%zu", i);
		begin_test(set);
		for (int run = 1; run <= 2; run++) {
			snprintf(path, sizeof(path), "%s/again,one", set);
			write_run(path, run, cases[i].again, ",rx,fact,option,rcvbuf,,\n");
			snprintf(path, sizeof(path), "%s/rcvbuf=", set);
			write_run(path, run, cases[i].cured, ",rx,fact,option,rcvbuf,,\n");
			snprintf(path, sizeof(path), "%s/rcvbuf=32K", set);
			write_run(path, run, cases[i].still, ",rx,fact,option,rcvbuf,32K,\n");
		}
		assert_int_equal(judged(&p, set), cases[i].expected);
	}
	forget(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_command_that_confirms),
		cmocka_unit_test(test_a_cause_is_withdrawn),
		cmocka_unit_test(test_what_is_left_of_a_withdrawn_cause),
		cmocka_unit_test(test_a_cause_on_a_machine_that_moved),
	};

	return cmocka_run_group_tests(tests, explaining_start, explaining_finish);
}
