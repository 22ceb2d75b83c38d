// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/kit/cpus.c collectors/kit/proc_stat.c collectors/kit/softnet_stat.c */
/* link: -Wl,--wrap=fopen */
/* CPUs by their numbers, of lists, of /proc/stat and of softnet_stat, as they come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "collectors/kit/cpus.h"
#include "collectors/kit/proc_stat.h"
#include "collectors/kit/softnet_stat.h"

static void lists_have_gaps_and_no_bound_of_1024(void **state)
{
	struct cpus cpus;

	(void)state;
	assert_int_equal(cpus_parse(&cpus, "0,2,4-7\n"), 0);
	assert_int_equal(cpus.count, 6);
	assert_true(cpus_has(&cpus, 0) && cpus_has(&cpus, 2) && cpus_has(&cpus, 7));
	assert_false(cpus_has(&cpus, 1) || cpus_has(&cpus, 3) || cpus_has(&cpus, 8));
	cpus_free(&cpus);
	assert_int_equal(cpus_parse(&cpus, "0-1151,8191"), 0);
	assert_int_equal(cpus.count, 1153);
	assert_true(cpus_has(&cpus, 1024) && cpus_has(&cpus, 8191));
	cpus_free(&cpus);
	assert_int_equal(cpus_parse(&cpus, "\n"), 0);
	assert_int_equal(cpus.count, 0);
	assert_false(cpus_has(&cpus, 0));
}

static void what_is_no_list_is_refused(void **state)
{
	static const char *const wrong[] = {",",     "1,",	   "-1",  "1-",
					    "3-2",   "a",	   "1 2", "2,1",
					    "1-3,3", "0-99999999", "0x1", "4294967296"};
	struct cpus cpus;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_true(cpus_parse(&cpus, wrong[i]) < 0);
		assert_null(cpus.number);
	}
	assert_true(cpus_read(&cpus, "/nonexistent") < 0);
	assert_true(cpus_read(&cpus, "/dev/null") < 0);
}

static void this_machine_has_the_cpus_that_it_says(void **state)
{
	struct cpus online;

	(void)state;
	assert_int_equal(cpus_read(&online, CPUS_ONLINE), 0);
	assert_int_equal(online.count, sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(cpus_bound() > online.number[online.count - 1]);
	cpus_free(&online);
}

/* In ticks of 10 ms: user, nice, system, idle, iowait, irq, softirq, steal. */
#define CPU(name, user, system) name " " #user " 0 " #system " 0 0 0 0 0 0 0\n"
#define S(ticks)		((ticks)*10000000ULL)

static void of_a_cpu_that_goes_the_rest_is_known(void **state)
{
	static const char opened[] = CPU("cpu", 1000, 90) CPU("cpu0", 100, 10) CPU("cpu1", 300, 30)
		CPU("cpu2", 600, 50) "intr 1 2 3\n";
	static const char closed[] =
		CPU("cpu", 1300, 120) CPU("cpu0", 101, 10) CPU("cpu2", 700, 60) "intr 1 2 3\n";
	struct proc_stat s;

	(void)state;
	assert_int_equal(proc_stat_between(&s, opened, closed, 8), 0);
	assert_int_equal(s.cpu[0].presence, STAT_AT_BOTH);
	assert_int_equal(s.cpu[1].presence, STAT_AT_ONE);
	assert_int_equal(s.cpu[2].presence, STAT_AT_BOTH);
	assert_int_equal(s.cpu[3].presence, STAT_NOWHERE);
	/* The CPU behind the one that went has its own figures. */
	assert_int_equal(s.cpu[2].ns[STAT_USER], S(100));
	assert_int_equal(s.cpu[2].ns[STAT_SYSTEM], S(10));
	assert_int_equal(s.changed, 1);
	assert_int_equal(s.changed_ns[STAT_USER], S(300 - 1 - 100));
	assert_int_equal(proc_stat_busy_ns(s.changed_ns), S(199 + 20));
	proc_stat_free(&s);
}

static void of_a_cpu_that_comes_too(void **state)
{
	static const char opened[] = CPU("cpu", 1000, 90) CPU("cpu0", 100, 10) CPU("cpu2", 600, 50);
	static const char closed[] =
		CPU("cpu", 1150, 90) CPU("cpu0", 110, 10) CPU("cpu1", 340, 30) CPU("cpu2", 700, 50);
	struct proc_stat s;

	(void)state;
	assert_int_equal(proc_stat_between(&s, opened, closed, 3), 0);
	assert_int_equal(s.cpu[1].presence, STAT_AT_ONE);
	assert_int_equal(s.changed_ns[STAT_USER], S(40));
	assert_int_equal(s.cpu[2].ns[STAT_USER], S(100));
	proc_stat_free(&s);
	/* A number that no CPU can have, and texts that end early. */
	assert_int_equal(proc_stat_between(&s, CPU("cpu9", 1, 1), "cpu", 3), 0);
	assert_int_equal(s.changed, 0);
	proc_stat_free(&s);
}

/* A guest that was ready and not let run has slept, by its own clock, and by its host's was robbed meanwhile. */
static void what_is_stolen_may_have_been_slept(void **state)
{
	static const char opened[] = "cpu0 0 0 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0\n";
	static const char closed[] = "cpu0 20 0 10 65 0 0 0 25\ncpu1 90 0 30 0 0 0 0 10\n";
	struct proc_stat s;

	(void)state;
	assert_int_equal(proc_stat_between(&s, opened, closed, 2), 0);
	assert_true(proc_stat_awake_ns(&s.cpu[0], 1e9) == (double)S(30));
	/* Ticks too many are no time that there was. */
	assert_true(proc_stat_awake_ns(&s.cpu[1], 1e9) == (double)S(100));
	proc_stat_free(&s);
}

/* A sleep that was iowait at the first look is idle, all of it, at the second; what figures are rounded to is not lost. */
static void sleep_is_idle_and_iowait_together(void **state)
{
	static const char opened[] =
		"cpu0 0 0 0 1000 300 0 0 0\ncpu1 0 0 0 500 0 0 0 0\ncpu2 0 0 0 0 0 0 0 0\n";
	static const char closed[] =
		"cpu0 2 0 1 1380 0 0 0 5\ncpu1 0 0 0 601 0 0 0 0\ncpu2 0 0 0 900 0 0 0 0\n";
	struct proc_stat s;

	(void)state;
	assert_int_equal(proc_stat_between(&s, opened, closed, 3), 0);
	assert_int_equal(s.cpu[0].ns[STAT_IDLE], S(380));
	assert_int_equal(s.cpu[0].ns[STAT_IOWAIT], 0);
	assert_true(proc_stat_awake_ns(&s.cpu[0], 1e9) == (double)S(100 - 80 - 5));
	assert_true(proc_stat_awake_ns(&s.cpu[1], 1e9) == -(double)S(1));
	assert_true(proc_stat_awake_ns(&s.cpu[2], 1e9) == -(double)S(3));
	proc_stat_free(&s);
}

#define NOTHING " 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000"

static void softnet_lines_say_whose_they_are(void **state)
{
	static const char text[] =
		"00000010 00000001 00000002" NOTHING " 00000000 00000002 00000000 00000000\n"
		"fffffff0 00000003 00000004" NOTHING " 00000000 000004d2 00000000 00000000\n";
	static const char old[] = "00000010 00000001 00000002" NOTHING "\n";
	struct softnet_line line;
	const char *rest = softnet_line(text, 0, &line);

	(void)state;
	assert_int_equal(line.cpu, 2);
	assert_int_equal(line.counter[SOFTNET_PROCESSED], 0x10);
	assert_int_equal(line.counter[SOFTNET_SQUEEZED], 2);
	rest = softnet_line(rest, 3, &line);
	assert_int_equal(line.cpu, 1234);
	assert_true(line.counter[SOFTNET_PROCESSED] == 0xfffffff0);
	assert_null(softnet_line(rest, 0, &line));
	assert_non_null(softnet_line(old, 7, &line));
	assert_int_equal(line.cpu, 7);
	/* A line that was cut off is none. */
	assert_null(softnet_line("00000010 0000", 0, &line));
}

/* What softnet_stat is to say. */
static const char *made_up;

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);

FILE *__wrap_fopen(const char *path, const char *mode)
{
	if (made_up && !strcmp(path, SOFTNET_STAT))
		return fmemopen((void *)made_up, strlen(made_up), "r");
	return __real_fopen(path, mode);
}

#define LINE(packets, cpu) packets " 00000000 00000000" NOTHING " 00000000 " cpu "\n"

/* -1: they could not be read. */
static int grown(struct softnet_seen *seen)
{
	uint64_t sum = 0;

	return softnet_grown(seen, &sum) ? (int)sum : -1;
}

static void packets_do_not_jump_when_a_cpu_goes_or_comes(void **state)
{
	struct softnet_seen seen = {.bound = 4, .cpu = calloc(4, sizeof(*seen.cpu))};

	(void)state;
	assert_non_null(seen.cpu);
	made_up = LINE("00000064", "00000000") LINE("00001000", "00000001");
	assert_int_equal(grown(&seen), 0);
	/* The second goes, another comes, the second is back with what it took in until it went. */
	made_up = LINE("00000065", "00000000");
	assert_int_equal(grown(&seen), 1);
	made_up = LINE("00000066", "00000000") LINE("ffffffff", "00000003");
	assert_int_equal(grown(&seen), 1);
	made_up = LINE("00000066", "00000000") LINE("00001007", "00000001")
		LINE("00000001", "00000003") LINE("00000001", "00000004");
	assert_int_equal(grown(&seen), 7 + 2);
	/* Not to be read is not to have taken in none; and what came meanwhile comes with the next. */
	made_up = " ";
	assert_int_equal(grown(&seen), -1);
	made_up = LINE("00000069", "00000000");
	assert_int_equal(grown(&seen), 3);
	made_up = NULL;
	free(seen.cpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_have_gaps_and_no_bound_of_1024),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(this_machine_has_the_cpus_that_it_says),
		cmocka_unit_test(of_a_cpu_that_goes_the_rest_is_known),
		cmocka_unit_test(of_a_cpu_that_comes_too),
		cmocka_unit_test(what_is_stolen_may_have_been_slept),
		cmocka_unit_test(sleep_is_idle_and_iowait_together),
		cmocka_unit_test(softnet_lines_say_whose_they_are),
		cmocka_unit_test(packets_do_not_jump_when_a_cpu_goes_or_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
