// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze/figures/doubts.c */
/* What is said of a record that is whole, and whose figures are not what they seem. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/figures/doubts.h"

static char text[600];

static void take_of(struct doubts *d, enum metric_id id, enum record_end end, const char *key,
		    const char *value, double number)
{
	doubts_take(d, id, end, (struct text){key, strlen(key)},
		    (struct text){value, strlen(value)}, number);
}

static void take(struct doubts *d, enum metric_id id, const char *key, const char *value,
		 double number)
{
	take_of(d, id, END_RX, key, value, number);
}

/* Two CPUs for two seconds; one of them sleeps, or if nothing was billed for a share of all, it is that one's. */
static struct doubts two_cpus(double unaccounted_share)
{
	struct doubts d = {0};
	double rest = 2e9 - 4e9 * unaccounted_share;
	bool sleeps = unaccounted_share < 0.02;

	take(&d, METRIC_fact_attached, "seconds", "2", 0);
	take(&d, METRIC_path_window_ns, "", "", 2e9);
	/* By metric, as a record in memory has them. */
	take(&d, METRIC_cpu_user, "0", "", 1e9);
	take(&d, METRIC_cpu_irq, "1", "", sleeps ? 0 : rest);
	take(&d, METRIC_cpu_idle, "0", "", 1e9);
	take(&d, METRIC_cpu_idle, "1", "", sleeps ? rest : 0);
	take(&d, METRIC_cpu_unaccounted, "0", "", 0);
	take(&d, METRIC_cpu_unaccounted, "1", "", 4e9 * unaccounted_share);
	return d;
}

static void nothing_is_said_of_what_is_right(void **state)
{
	struct doubts d = two_cpus(0.01);

	(void)state;
	take(&d, METRIC_cpu_thread, "a/1", "", 1e9);
	take(&d, METRIC_fact_option, "queues", "1", 0);
	assert_false(doubts_print(&d, text, sizeof(text)));
	assert_string_equal(text, "");
}

static void a_window_that_was_held_up(void **state)
{
	struct doubts d = two_cpus(0.01);

	(void)state;
	take(&d, METRIC_path_window_ns, "", "", 16.7e9);
	assert_true(doubts_print(&d, text, sizeof(text)));
	assert_string_equal(text,
			    "its window of 16.7 s is longer than the 2.0 s that were asked for");
}

static void time_that_is_billed_to_nothing(void **state)
{
	struct doubts d = two_cpus(0.25);

	(void)state;
	assert_true(doubts_print(&d, text, sizeof(text)));
	assert_non_null(strstr(text, "too large by 25 % of all their time"));
}

/* Their CPUs have the same numbers, and one of them sleeps. */
static void one_of_two_machines_is_held_up(void **state)
{
	struct doubts d = {0};

	(void)state;
	take_of(&d, METRIC_cpu_user, END_RX, "0", "", 1e9);
	take_of(&d, METRIC_cpu_idle, END_TX, "0", "", 2e9);
	take_of(&d, METRIC_cpu_idle, END_RX, "0", "", 0);
	take_of(&d, METRIC_cpu_unaccounted, END_RX, "0", "", 1e9);
	assert_true(doubts_print(&d, text, sizeof(text)));
	assert_non_null(strstr(text, "too large by 25 % of all their time"));
}

/* Work that is over before a tick comes; idle time is measured. */
static void work_between_ticks_is_no_doubt(void **state)
{
	struct doubts d = {0};

	(void)state;
	take(&d, METRIC_cpu_user, "0", "", 0.1e9);
	take(&d, METRIC_cpu_idle, "0", "", 1e9);
	take(&d, METRIC_cpu_unaccounted, "0", "", 0.9e9);
	take(&d, METRIC_cpu_thread, "a/1", "", 0.95e9);
	assert_false(doubts_print(&d, text, sizeof(text)));
}

static void threads_that_ran_longer_than_their_cpus(void **state)
{
	struct doubts d = two_cpus(0.01);

	(void)state;
	take(&d, METRIC_cpu_thread, "a/1", "", 0.9e9);
	take(&d, METRIC_cpu_thread, "(ended)", "", 0.9e9);
	assert_true(doubts_print(&d, text, sizeof(text)));
	assert_non_null(strstr(text, "threads ran for 1.80 s"));
	assert_non_null(strstr(text, "awake for 1.04 s"));
}

static void tasks_that_are_of_neither_end(void **state)
{
	struct doubts d = two_cpus(0.01), other;

	(void)state;
	take(&d, METRIC_cpu_softirq, "0", "", 0.21e9);
	assert_false(doubts_print(&d, text, sizeof(text)));
	/* An end that is a machine, or CPUs, has all that runs there: no program is named, though the kernel's threads are. */
	other = d;
	take(&other, METRIC_cpu_thread, "ksoftirqd/0/14", "", 0.01e9);
	take(&other, METRIC_cpu_system, "1", "", 0.5e9);
	assert_false(doubts_print(&other, text, sizeof(text)));
	take(&d, METRIC_cpu_thread, "a/1", "", 0.7e9);
	assert_false(doubts_print(&d, text, sizeof(text)));
	take(&d, METRIC_cpu_system, "1", "", 0.5e9);
	assert_true(doubts_print(&d, text, sizeof(text)));
	assert_string_equal(text,
			    "tasks of neither end had at least 46 % of the CPU time that C counts");
}

/* The further apart, and only where it is more than what figures may differ by. */
static void flows_that_were_read_long_after_each_other(void **state)
{
	struct doubts d = two_cpus(0.01);

	(void)state;
	take(&d, METRIC_path_edge_spread, "open", "", 5e6);
	take(&d, METRIC_path_edge_spread, "close", "", 10e6);
	assert_false(doubts_print(&d, text, sizeof(text)));
	take(&d, METRIC_path_edge_spread, "close", "", 55e6);
	assert_true(doubts_print(&d, text, sizeof(text)));
	assert_non_null(strstr(text, "read over 60 ms at the edges"));
	assert_non_null(strstr(text, "off by 3.0 % at the most"));
}

/* The ends were held up, and no source knew. */
static void sources_that_measured_a_part(void **state)
{
	struct doubts d = two_cpus(0.01);

	(void)state;
	take(&d, METRIC_collector_window, "cpu", "", 1.9e9);
	assert_false(doubts_print(&d, text, sizeof(text)));
	take(&d, METRIC_collector_window, "nic", "", 1.2e9);
	assert_true(doubts_print(&d, text, sizeof(text)));
	assert_non_null(strstr(text, "sources measured for 1.20 s of its window of 2.00 s"));
}

static void the_worst_of_a_kind_is_told_by_its_figure(void **state)
{
	struct doubts little = two_cpus(0.06), much = two_cpus(0.25), right = two_cpus(0.01);
	double bad = doubts_kind(&little, DOUBT_UNBILLED, text, sizeof(text));

	(void)state;
	assert_true(bad > 0);
	assert_true(doubts_kind(&much, DOUBT_UNBILLED, text, sizeof(text)) > bad);
	assert_true(doubts_kind(&much, DOUBT_LONG, text, sizeof(text)) == 0);
	assert_string_equal(text, "");
	assert_true(doubts_kind(&right, DOUBT_UNBILLED, text, sizeof(text)) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_of_a_kind_is_told_by_its_figure),
		cmocka_unit_test(nothing_is_said_of_what_is_right),
		cmocka_unit_test(a_window_that_was_held_up),
		cmocka_unit_test(tasks_that_are_of_neither_end),
		cmocka_unit_test(sources_that_measured_a_part),
		cmocka_unit_test(flows_that_were_read_long_after_each_other),
		cmocka_unit_test(time_that_is_billed_to_nothing),
		cmocka_unit_test(one_of_two_machines_is_held_up),
		cmocka_unit_test(work_between_ticks_is_no_doubt),
		cmocka_unit_test(threads_that_ran_longer_than_their_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
