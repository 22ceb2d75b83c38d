// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: zcprof/watch/series.c zcprof/watch/sight.c zcprof/watch/canvas.c zcprof/watch/units.c
   zcprof/watch/bars.c zcprof/watch/block.c zcprof/watch/listing.c zcprof/watch/layout.c */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/visible.h"
#include "zcprof/watch/layout.h"
#include "zcprof/watch/listing.h"

static struct sight sight;
static struct canvas canvas;

/* Two seconds of a pair of ends on CPUs of their own, and of a machine beside them. */
static struct series *traffic(void)
{
	struct series *s = series_new();

	for (int second = 1; second <= 2; second++) {
		struct writer *w = series_look(s, second);

		writer_u64(w, WINDOW, END_RX, METRIC_path_bytes, NULL, second * 2500000000ULL);
		writer_u64(w, WINDOW, END_TX, METRIC_path_bytes, NULL, second * 2500000000ULL);
		writer_u64(w, WINDOW, END_RX, METRIC_copy_to_user, "task", second * 625000000ULL);
		writer_f64(w, WINDOW, END_RX, METRIC_cpu_busy, NULL, 75);
		writer_f64(w, WINDOW, END_HOST, METRIC_cpu_busy, NULL, 10);
		writer_u64(w, WINDOW, END_RX, METRIC_cpu_user, "0", second * 500000000ULL);
		writer_u64(w, WINDOW, END_RX, METRIC_cpu_system, "0", second * 250000000ULL);
		writer_u64(w, WINDOW, END_RX, METRIC_cpu_idle, "0", second * 250000000ULL);
		writer_u64(w, WINDOW, END_TX, METRIC_cpu_softirq, "1", second * 750000000ULL);
		writer_u64(w, WINDOW, END_TX, METRIC_cpu_unaccounted, "1", second * 250000000ULL);
		writer_u64(w, WINDOW, END_TX, METRIC_cpu_idle, "1", 0);
		writer_u64(w, WINDOW, END_RX, METRIC_syscalls_total, "recvmsg",
			   second * 400000000ULL);
		writer_u64(w, WINDOW, END_RX, METRIC_syscalls_calls, "recvmsg", second * 12000);
		writer_u64(w, WINDOW, END_RX, METRIC_syscalls_total, "poll", 900000000ULL);
		writer_u64(w, WINDOW, END_RX, METRIC_syscalls_calls, "poll", 3);
		writer_u64(w, WINDOW, END_RX, METRIC_cpu_thread, "\033[2Jname\n/7",
			   second * 1000000);
		writer_f64(w, WINDOW, END_HOST, METRIC_power_mean, "rapl", 42.5);
		writer_u64(w, WINDOW, END_HOST, METRIC_selfcost_cpu, NULL, second * 20000000ULL);
		writer_u64(w, WINDOW, END_HOST, METRIC_pagepool_held, "task", 0);
		writer_u64(w, WINDOW, END_RX, METRIC_profile_component, "task/data copy",
			   second * 300000000ULL);
		writer_u64(w, WINDOW, END_RX, METRIC_profile_component, "softirq/data copy",
			   second * 100000000ULL);
		writer_u64(w, WINDOW, END_RX, METRIC_profile_component, "task/skb",
			   second * 100000000ULL);
	}
	assert_int_equal(sight_take(&sight, s), 0);
	return s;
}

static struct view plain(void)
{
	return (struct view){.title = "process 7", .end = END_COUNT};
}

static void lay_out(const struct view *view, int rows, int columns)
{
	canvas_begin(&canvas, rows, columns);
	layout(&canvas, &sight, view);
}

/* All rows as one text. */
static const char *seen(void)
{
	static char text[64 * 1024];
	size_t used = 0;

	*text = '\0';
	for (int row = 0; row < canvas.rows; row++) {
		char line[2048];

		canvas_line(&canvas, row, line, sizeof(line));
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s\n", line);
	}
	return text;
}

static void the_head_says_what_moved_and_what_it_took(void **state)
{
	struct view view = plain();
	struct series *s = traffic();

	(void)state;
	lay_out(&view, 24, 80);
	print_message("%s", seen());
	assert_non_null(strstr(seen(), "zcprof  2 s  process 7"));
	assert_non_null(strstr(seen(), "rx      20.0 Gbit/s   CPU 75 %   zero copy ~75 %"));
	assert_non_null(strstr(seen(), "42.5 W  measuring takes 2.0 % of a CPU and BPF's part"));
	assert_non_null(strstr(seen(), "nothing of page_pool"));
	series_free(s);
}

/* What copies may be off by, and how much of the bytes they are. */
static bool says_zero_copy(double copied, double error, double seconds, bool of_device)
{
	struct view view = plain();
	struct series *s = series_new();
	struct writer *w = series_look(s, seconds);
	bool said;

	writer_u64(w, WINDOW, END_RX, METRIC_path_bytes, NULL, 1000000000);
	writer_f64(w, WINDOW, END_RX, METRIC_copy_to_user, "task", 1e9 * copied);
	writer_f64(w, WINDOW, END_HOST, METRIC_collector_share, "copy", 0.02);
	if (error > 0)
		writer_f64(w, WINDOW, END_RX, METRIC_collector_error, "copy/to_user/task", error);
	assert_int_equal(sight_take(&sight, s), 0);
	view.of_device[END_RX] = of_device;
	lay_out(&view, 24, 80);
	said = strstr(seen(), "zero copy ~");
	series_free(s);
	return said;
}

static void zero_copy_is_said_where_it_is_more_than_the_error(void **state)
{
	(void)state;
	assert_true(says_zero_copy(0.2, 0.05, 10, false));
	assert_true(says_zero_copy(0.94, 0.005, 100, false));
	/* 6 % by slices that are off by 4 %; in the first seconds, by edges; by an error that is not known. */
	assert_false(says_zero_copy(0.94, 0.04, 100, false));
	assert_false(says_zero_copy(0.94, 0.001, 1, false));
	assert_false(says_zero_copy(0.2, 0, 10, false));
	assert_false(says_zero_copy(1.05, 0.001, 100, false));
	assert_false(says_zero_copy(0.2, 0.05, 10, true));
}

/* Slices that met no copy: how much may have gone on beside them. */
static void no_copy_that_slices_met_is_no_proof_of_none(void **state)
{
	static const struct {
		double blind;
		const char *said;
	} cases[] = {{0.9, "zero copy >10 %"}, {0.07, "zero copy >93 %"}, {1, NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct view view = plain();
		struct series *s = series_new();
		struct writer *w = series_look(s, 100);

		writer_u64(w, WINDOW, END_RX, METRIC_path_bytes, NULL, 1000000000);
		writer_u64(w, WINDOW, END_RX, METRIC_copy_to_user, "task", 0);
		writer_f64(w, WINDOW, END_HOST, METRIC_collector_share, "copy", 0.02);
		writer_f64(w, WINDOW, END_HOST, METRIC_collector_blind, "copy", cases[i].blind);
		assert_int_equal(sight_take(&sight, s), 0);
		lay_out(&view, 24, 80);
		if (cases[i].said)
			assert_non_null(strstr(seen(), cases[i].said));
		else
			assert_null(strstr(seen(), "zero copy"));
		series_free(s);
	}
}

static size_t count_of(const char *text, char letter)
{
	size_t count = 0;

	for (; *text && *text != ']'; text++)
		count += *text == letter;
	return count;
}

static void a_bar_is_as_long_as_its_time(void **state)
{
	struct view view = plain();
	struct series *s = traffic();
	const char *bar;
	size_t user, system;

	(void)state;
	lay_out(&view, 24, 80);
	bar = strchr(strstr(seen(), "CPU 0   "), '[');
	user = count_of(bar, 'u');
	system = count_of(bar, 's');
	assert_in_range(user, 2 * system - 2, 2 * system + 2);
	assert_in_range(count_of(bar, ' '), system - 2, system + 2);
	assert_non_null(strstr(bar, "]  75 %"));
	bar = strchr(strstr(seen(), "CPU 1   "), '[');
	assert_in_range(count_of(bar, 'q'), user + system - 2, user + system + 2);
	assert_in_range(count_of(bar, 'n'), system - 2, system + 2);
	assert_non_null(strstr(bar, "] 100 %"));
	series_free(s);
}

static void contexts_of_a_component_are_one(void **state)
{
	struct view view = plain();
	struct series *s = traffic();

	(void)state;
	lay_out(&view, 24, 80);
	assert_non_null(strstr(seen(), "data copy                       80.0 %"));
	assert_non_null(strstr(seen(), "skb                             20.0 %"));
	series_free(s);
}

static void lines_are_sorted_as_asked(void **state)
{
	struct view view = plain();
	struct series *s = traffic();

	(void)state;
	lay_out(&view, 40, 80);
	/* poll took more in the first second, and nothing in this one. */
	assert_true(strstr(seen(), "recvmsg") < strstr(seen(), "poll"));
	view.order = ORDER_TOTAL;
	lay_out(&view, 40, 80);
	assert_true(strstr(seen(), "poll") < strstr(seen(), "recvmsg"));
	view.end = END_TX;
	lay_out(&view, 40, 80);
	assert_null(strstr(seen(), "recvmsg"));
	assert_null(strstr(seen(), "CPU 0"));
	series_free(s);
}

static void what_was_not_measured_has_its_reason(void **state)
{
	const struct view_absent absent[] = {
		{"holds", END_HOST, "the kernel refused"},
		{"holds", END_RX_HOST,
		 "a sentence that is far too long to stand in one row of a screen and ends in here"},
	};
	struct view view = plain();
	struct series *s = traffic();

	(void)state;
	view.absent = absent;
	view.absent_count = 2;
	lay_out(&view, 24, 80);
	assert_non_null(strstr(seen(), "not measured (h: why): holds\n"));
	view.help = true;
	lay_out(&view, 24, 80);
	assert_non_null(strstr(seen(), "not measured: holds: the kernel refused\n"));
	assert_non_null(strstr(seen(),
			       "not measured by rx-host: holds: a sentence that is far too long to stand in one\n"
			       "row of a screen and ends in here\n"));
	/* On a small screen the rest of it comes by arrows. */
	lay_out(&view, 20, 80);
	assert_null(strstr(seen(), "ends in here"));
	assert_non_null(strstr(seen(), "arrows: more"));
	view.from = 6;
	lay_out(&view, 20, 80);
	assert_non_null(strstr(seen(), "ends in here"));
	series_free(s);
}

static void what_ended_and_what_was_said_stand_there(void **state)
{
	struct view view = plain();
	struct series *s = traffic();

	(void)state;
	view.over = true;
	view.said[0] = "zcprof: process 7 ended after 2 s";
	view.said_count = 1;
	lay_out(&view, 24, 80);
	assert_non_null(strstr(seen(), "ended, q leaves"));
	assert_non_null(strstr(seen(), "zcprof: process 7 ended after 2 s\n"));
	lay_out(&view, 24, 30);
	assert_non_null(strstr(seen(), "zcprof: process 7 ended after\n2 s\n"));
	series_free(s);
}

static void every_source_has_a_list_and_they_go_round(void **state)
{
	struct view view = plain();
	struct series *s = traffic();
	const char *source = NULL, *back = NULL;
	int sources = 0;

	(void)state;
	while ((source = listing_source(&sight, source, false))) {
		sources++;
		view.source = source;
		lay_out(&view, 24, 80);
		assert_non_null(strstr(seen(), " figures"));
	}
	assert_int_equal(sources, 8);
	while ((back = listing_source(&sight, back, true)))
		sources--;
	assert_int_equal(sources, 0);
	view.source = "syscalls";
	lay_out(&view, 24, 80);
	assert_non_null(strstr(seen(), "12.0 k/s"));
	view.from = 100;
	lay_out(&view, 24, 80);
	series_free(s);
}

/* A piece is where it may be, and moves no cursor. */
static void check_pieces(void)
{
	for (size_t i = 0; i < canvas.count; i++) {
		const struct piece *p = &canvas.pieces[i];
		const char *text = canvas.texts + p->text;

		assert_in_range(p->row, 0, canvas.rows - 1);
		assert_in_range(p->column, 0, canvas.columns - 1);
		assert_true(visible(text, strlen(text)));
		assert_true(p->column + (int)strlen(text) <= canvas.columns);
	}
}

static void everything_has_its_place_at_every_size(void **state)
{
	struct series *s = traffic();

	(void)state;
	for (int rows = 1; rows < 70; rows += 3)
		for (int columns = 1; columns < 230; columns += 7)
			for (int which = 0; which < 4; which++) {
				struct view view = plain();

				view.help = which == 1;
				view.source = which == 2 ? "cpu" : NULL;
				view.end = which == 3 ? END_RX : END_COUNT;
				view.said[0] = view.said[1] = "zcprof: a message";
				view.said_count = (size_t)which % 3;
				lay_out(&view, rows, columns);
				check_pieces();
				if (rows >= 24 && columns >= 80 && canvas.clashes)
					fail_msg("%d x %d, view %d:\n%s", columns, rows, which,
						 seen());
			}
	series_free(s);
}

static void wide_characters_are_cut_by_columns(void **state)
{
	char line[64];

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	canvas_begin(&canvas, 1, 5);
	assert_int_equal(canvas_put(&canvas, 0, 0, 10, STYLE_PLAIN, "漢字漢字"), 4);
	assert_string_equal(canvas_line(&canvas, 0, line, sizeof(line)), "漢字");
	canvas_begin(&canvas, 1, 20);
	assert_int_equal(canvas_put(&canvas, 0, 0, 20, STYLE_PLAIN, "a\033[31mb"), 10);
	assert_string_equal(canvas_line(&canvas, 0, line, sizeof(line)), "a\\x1b[31mb");
	setlocale(LC_CTYPE, "C");
}

static int let_go(void **state)
{
	(void)state;
	sight_free(&sight);
	canvas_free(&canvas);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_head_says_what_moved_and_what_it_took),
		cmocka_unit_test(zero_copy_is_said_where_it_is_more_than_the_error),
		cmocka_unit_test(no_copy_that_slices_met_is_no_proof_of_none),
		cmocka_unit_test(a_bar_is_as_long_as_its_time),
		cmocka_unit_test(contexts_of_a_component_are_one),
		cmocka_unit_test(lines_are_sorted_as_asked),
		cmocka_unit_test(what_was_not_measured_has_its_reason),
		cmocka_unit_test(what_ended_and_what_was_said_stand_there),
		cmocka_unit_test(every_source_has_a_list_and_they_go_round),
		cmocka_unit_test(everything_has_its_place_at_every_size),
		cmocka_unit_test(wide_characters_are_cut_by_columns),
	};

	return cmocka_run_group_tests(tests, NULL, let_go);
}
