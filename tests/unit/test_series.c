// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: zcprof/watch/series.c zcprof/watch/openmetrics.c */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "zcprof/watch/openmetrics.h"
#include "zcprof/watch/series.h"

static double step_of(const struct series *s, enum metric_id id, const char *key)
{
	const struct figure *f = series_find(s, id, END_RX, key);

	return f ? f->step : NAN;
}

static void calls(struct series *s, double at_s, uint64_t n)
{
	struct writer *w = series_look(s, at_s);

	writer_u64(w, WINDOW, END_RX, METRIC_syscalls_calls, "read", n);
}

static void totals_are_told_by_steps(void **state)
{
	struct series *s = series_new();

	(void)state;
	calls(s, 1, 10);
	assert_true(step_of(s, METRIC_syscalls_calls, "read") == 10);
	calls(s, 3, 25);
	assert_true(step_of(s, METRIC_syscalls_calls, "read") == 15);
	assert_true(series_step_s(s) == 2);
	assert_true(isnan(step_of(s, METRIC_syscalls_calls, "rea")));
	assert_true(isnan(step_of(s, METRIC_syscalls_calls, "")));
	series_free(s);
}

static void a_total_that_was_too_high_is_taken_back(void **state)
{
	struct series *s = series_new();

	(void)state;
	calls(s, 1, 100);
	calls(s, 2, 90);
	assert_true(step_of(s, METRIC_syscalls_calls, "read") == -10);
	assert_true(series_find(s, METRIC_syscalls_calls, END_RX, "read")->total == 100);
	calls(s, 3, 120);
	assert_true(step_of(s, METRIC_syscalls_calls, "read") == 30);
	assert_true(series_find(s, METRIC_syscalls_calls, END_RX, "read")->total == 120);
	series_free(s);
}

/* The last look has all rows of the record: of what had no look before it would be one great step. */
static void at_the_end_only_what_was_looked_at_goes_on(void **state)
{
	struct series *s = series_new();
	struct writer *w;

	(void)state;
	calls(s, 1, 100);
	w = series_last(s, 2);
	writer_u64(w, WINDOW, END_RX, METRIC_syscalls_calls, "read", 130);
	writer_u64(w, WINDOW, END_RX, METRIC_syscalls_calls, "write", 5);
	writer_u64(w, WINDOW, END_RX, METRIC_syscalls_errors, "read", 7);
	assert_true(step_of(s, METRIC_syscalls_calls, "read") == 30);
	assert_true(step_of(s, METRIC_syscalls_calls, "write") == 5);
	assert_null(series_find(s, METRIC_syscalls_errors, END_RX, "read"));
	series_free(s);
}

static void means_are_of_the_time_since(void **state)
{
	struct series *s = series_new();
	struct writer *w;

	(void)state;
	w = series_look(s, 1);
	writer_f64(w, WINDOW, END_RX, METRIC_cpu_busy, NULL, 100);
	assert_true(step_of(s, METRIC_cpu_busy, "") == 100);
	/* 100 % of the first second and 25 % of three more. */
	w = series_look(s, 4);
	writer_f64(w, WINDOW, END_RX, METRIC_cpu_busy, NULL, 43.75);
	assert_true(fabs(step_of(s, METRIC_cpu_busy, "") - 25) < 1e-9);
	series_free(s);
}

static void what_cannot_be_said_of_a_part_is_left_out(void **state)
{
	struct series *s = series_new();
	struct writer *w = series_look(s, 1);

	(void)state;
	writer_f64(w, WINDOW, END_RX, METRIC_syscalls_max, "read", 5);
	writer_absent(w, END_HOST, "tcp", "why");
	writer_u64(w, WINDOW, END_RX, METRIC_nic_ring, "rx", 512);
	assert_true(isnan(step_of(s, METRIC_syscalls_max, "read")));
	assert_true(step_of(s, METRIC_nic_ring, "rx") == 512);
	/* One that does not come again is gone, and not 0. */
	series_look(s, 2);
	assert_true(isnan(step_of(s, METRIC_nic_ring, "rx")));
	series_free(s);
}

static void there_is_room_for_many_and_an_end_of_it(void **state)
{
	struct series *s = series_new();
	struct writer *w = series_look(s, 1);
	char key[32];

	(void)state;
	for (int i = 0; i < SERIES_MAX + 7; i++) {
		snprintf(key, sizeof(key), "t/%d", i);
		writer_u64(w, WINDOW, END_RX, METRIC_cpu_thread, key, i);
	}
	assert_int_equal(series_left_out(s), 7);
	assert_true(step_of(s, METRIC_cpu_thread, "t/199999") == 199999);
	assert_true(isnan(step_of(s, METRIC_cpu_thread, "t/200000")));
	series_free(s);
}

static void openmetrics_has_base_units_and_escapes(void **state)
{
	struct series *s = series_new();
	struct writer *w = series_look(s, 2);
	size_t len;
	char *text;

	(void)state;
	writer_u64(w, WINDOW, END_RX, METRIC_cpu_thread, "a\"b\\c\nd/7", 1500000000);
	writer_u64(w, WINDOW, END_TX, METRIC_syscalls_calls, "write", 3);
	writer_f64(w, WINDOW, END_HOST, METRIC_cpu_busy, NULL, 50);
	text = openmetrics_print(s, NULL, OPENMETRICS, &len);
	assert_non_null(text);
	assert_int_equal(len, strlen(text));
	assert_non_null(strstr(text, "\nzcprof_cpu_thread_seconds_total{end=\"rx\","
				     "key=\"a\\\"b\\\\c\\\\x0ad/7\"} 1.5\n"));
	assert_non_null(strstr(text, "\n# TYPE zcprof_syscalls_calls counter\n"
				     "# UNIT zcprof_syscalls_calls calls\n# HELP "));
	assert_non_null(strstr(text, "\nzcprof_syscalls_calls_total{end=\"tx\",key=\"write\"} 3\n"));
	assert_non_null(strstr(text, "\nzcprof_cpu_busy_ratio{end=\"host\"} 0.5\n"));
	assert_string_equal(text + len - 6, "# EOF\n");
	free(text);
	series_free(s);
}

static char *printed(const struct series *s, enum openmetrics_dialect dialect)
{
	size_t len;
	char *text = openmetrics_print(s, NULL, dialect, &len);

	assert_non_null(text);
	assert_int_equal(len, strlen(text));
	return text;
}

static size_t lines_with(const char *text, const char *what)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		count += at == text || at[-1] == '\n';
	return count;
}

/* A metric that is new in the registry is there without a change, and no two become one. */
static void openmetrics_has_every_metric_that_has_a_moment(void **state)
{
	struct series *s = series_new();
	struct writer *w = series_look(s, 1);
	size_t families = 0;
	char *text;

	(void)state;
	for (enum metric_id id = 0; id < METRIC_COUNT; id++) {
		enum metric_kind kind = metric_info(id)->kind;

		if (kind == KIND_FACT || kind == KIND_GAUGE)
			continue;
		writer_u64(w, WINDOW, END_RX, id, kind == KIND_HISTOGRAM ? "64" : "x", 1);
		families++;
	}
	text = printed(s, OPENMETRICS);
	assert_int_equal(lines_with(text, "# TYPE "), families + 4);
	for (char *line = strstr(text, "# TYPE "); line; line = strstr(line + 1, "\n# TYPE ")) {
		char type[160];

		line += *line == '\n';
		snprintf(type, sizeof(type), "%.*s ", (int)(7 + strcspn(line + 7, " ")), line);
		assert_int_equal(lines_with(text, type), 1);
	}
	free(text);
	series_free(s);
}

static void openmetrics_has_an_end_of_keys_and_a_sum_of_the_rest(void **state)
{
	struct series *s = series_new();
	char key[32];
	char *text;

	(void)state;
	for (int look = 1; look <= 2; look++) {
		struct writer *w = series_look(s, look);

		/* At the second look half of the threads are gone. */
		for (int i = 0; i < OPENMETRICS_KEYS + 100; i += look) {
			snprintf(key, sizeof(key), "t/%d", i);
			writer_u64(w, WINDOW, END_RX, METRIC_cpu_thread, key, 1000000000);
			writer_u64(w, WINDOW, END_RX, METRIC_tcp_cwnd, key, 1);
		}
		text = printed(s, OPENMETRICS_TEXTFILE);
		assert_int_equal(lines_with(text, "zcprof_cpu_thread_seconds_total{"),
				 OPENMETRICS_KEYS / look + 1);
		assert_non_null(strstr(text,
				       "\nzcprof_cpu_thread_seconds_total{end=\"rx\",key=\"others\"} 100\n"));
		assert_int_equal(lines_with(text, "zcprof_tcp_cwnd_segments{"),
				 OPENMETRICS_KEYS / look);
		assert_non_null(strstr(text,
				       look == 1 ? "\nzcprof_keys_left_out{end=\"host\"} 100\n"
						 : "\nzcprof_keys_left_out{end=\"host\"} 50\n"));
		assert_non_null(strstr(text, "\n# TYPE zcprof_cpu_thread_seconds_total counter\n"));
		free(text);
	}
	series_free(s);
}

static void openmetrics_has_buckets_that_add_up(void **state)
{
	struct series *s = series_new();
	struct writer *w = series_look(s, 1);
	char *text;

	(void)state;
	/* 3 below 4096 ns, 2 from 4096 on, 1 beyond all. */
	writer_u64(w, WINDOW, END_RX, METRIC_syscalls_latency, "read:3840", 3);
	writer_u64(w, WINDOW, END_RX, METRIC_syscalls_latency, "read:4096", 2);
	writer_u64(w, WINDOW, END_RX, METRIC_syscalls_latency, "read:8589934592", 1);
	writer_u64(w, WINDOW, END_RX, METRIC_syscalls_latency, "recv:0", 7);
	writer_u64(w, WINDOW, END_RX, METRIC_skb_size, "4096", 5);
	text = printed(s, OPENMETRICS);
#define READ "\nzcprof_syscalls_latency_seconds_bucket{end=\"rx\",key=\"read\",le="
	assert_non_null(strstr(text, READ "\"1.023e-06\"} 0\n"));
	assert_non_null(strstr(text, READ "\"4.095e-06\"} 3\n"));
	assert_non_null(strstr(text, READ "\"1.6383e-05\"} 5\n"));
	assert_non_null(strstr(text, READ "\"4.294967295\"} 5\n"));
	assert_non_null(strstr(text, READ "\"+Inf\"} 6\n"));
	assert_non_null(strstr(text, "_count{end=\"rx\",key=\"read\"} 6\n"));
	assert_non_null(strstr(text, "key=\"recv\",le=\"0.0\"} 7\n"));
	assert_non_null(strstr(text, "_sum{end=\"rx\",key=\"recv\"} 0\n"));
	assert_non_null(strstr(text,
			       "\nzcprof_skb_size_bytes_bucket{end=\"rx\",le=\"4095.0\"} 0\n"));
	assert_non_null(strstr(text,
			       "\nzcprof_skb_size_bytes_bucket{end=\"rx\",le=\"16383.0\"} 5\n"));
	free(text);
	series_free(s);
}

static void openmetrics_has_the_labels_of_the_record(void **state)
{
	struct origin origin = {.count = 2, .labels = {{"rack", "7"}, {"why", "a\"b\\ü"}}};
	struct series *s = series_new();
	size_t len;
	char *text;

	(void)state;
	calls(s, 1, 3);
	text = openmetrics_print(s, &origin, OPENMETRICS, &len);
	assert_non_null(strstr(text,
			       "_total{end=\"rx\",key=\"read\",rack=\"7\",why=\"a\\\"b\\\\ü\"} 3\n"));
	assert_non_null(strstr(text, "\nzcprof_build{end=\"host\",rack=\"7\","));
	free(text);
	series_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totals_are_told_by_steps),
		cmocka_unit_test(a_total_that_was_too_high_is_taken_back),
		cmocka_unit_test(at_the_end_only_what_was_looked_at_goes_on),
		cmocka_unit_test(means_are_of_the_time_since),
		cmocka_unit_test(what_cannot_be_said_of_a_part_is_left_out),
		cmocka_unit_test(there_is_room_for_many_and_an_end_of_it),
		cmocka_unit_test(openmetrics_has_base_units_and_escapes),
		cmocka_unit_test(openmetrics_has_every_metric_that_has_a_moment),
		cmocka_unit_test(openmetrics_has_an_end_of_keys_and_a_sum_of_the_rest),
		cmocka_unit_test(openmetrics_has_buckets_that_add_up),
		cmocka_unit_test(openmetrics_has_the_labels_of_the_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
