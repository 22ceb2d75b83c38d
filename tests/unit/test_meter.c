// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: collectors/power/meter.c */
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

#include "collectors/power/meter.h"

/* cmocka compares as float, which does not hold an epoch. */
#define assert_near(a, b) assert_true(fabs((a) - (b)) < 1e-6)

static double time_of(const char *text)
{
	double seconds;

	return meter_time(text, &seconds) ? NAN : seconds;
}

static double watts_of(const char *text)
{
	double watts;

	return meter_watts(text, &watts) ? NAN : watts;
}

static void times_are_epoch_seconds_or_iso_8601(void **state)
{
	(void)state;
	setenv("TZ", "UTC-2", 1);
	assert_near(time_of("1741615509.125"), 1741615509.125);
	/* date -u -d 2025-03-10T14:05:09Z +%s */
	assert_near(time_of("2025-03-10T14:05:09Z"), 1741615509);
	assert_near(time_of("2025-03-10 14:05:09.25Z"), 1741615509.25);
	assert_near(time_of("2025-03-10T16:05:09+02:00"), 1741615509);
	assert_near(time_of("2025-03-10T08:35:09-0530"), 1741615509);
	assert_near(time_of("2025-03-10T16:05:09"), 1741615509);
	assert_true(isnan(time_of("2025-13-10T14:05:09Z")));
	assert_true(isnan(time_of("2025-03-10T14:05")));
	assert_true(isnan(time_of("2025-03-10T14:05:09 CET")));
	assert_true(isnan(time_of("14:05:09")));
	assert_true(isnan(time_of("")));
	assert_true(isnan(time_of("nan")));
}

static void watts_are_numbers_from_zero_on(void **state)
{
	(void)state;
	assert_near(watts_of("230.5"), 230.5);
	assert_near(watts_of("  230.5 W\r"), 230.5);
	assert_near(watts_of("0"), 0);
	assert_true(isnan(watts_of("-1")));
	assert_true(isnan(watts_of("")));
	assert_true(isnan(watts_of("230 V")));
	assert_true(isnan(watts_of("inf")));
}

static void options_name_one_meter(void **state)
{
	struct meter meter = {0};
	const char *why;

	(void)state;
	assert_int_equal(meter_option(&meter, "idle:230", &why), 0);
	assert_near(meter.idle_w, 230);
	assert_int_equal(meter_option(&meter, "idle:0", &why), -1);
	assert_int_equal(meter_option(&meter, "cmd:ipmi | awk '{print $1}'", &why), 0);
	assert_string_equal(meter.command, "ipmi | awk '{print $1}'");
	assert_int_equal(meter_option(&meter, "csv:log", &why), -1);
	assert_int_equal(meter_option(&meter, "cmd:", &why), -1);
	assert_int_equal(meter_option(&meter, "ipmi", &why), -1);
	meter = (struct meter){0};
	assert_int_equal(meter_option(&meter, "own:hwmon/ina238/power1", &why), 0);
	assert_string_equal(meter.own, "hwmon/ina238/power1");
	assert_int_equal(meter_option(&meter, "csv:log", &why), -1);
}

static double mean_of(const struct reading *readings, size_t count, double from, double to,
		      size_t *inside)
{
	struct readings r = {0};
	double mean;

	for (size_t i = 0; i < count; i++)
		assert_int_equal(readings_add(&r, readings[i]), 0);
	mean = readings_mean(&r, from, to, inside);
	readings_free(&r);
	return mean;
}

static void idle_power_is_given_or_measured(void **state)
{
	struct meter meter = {0};
	const char *why;

	(void)state;
	assert_int_equal(meter_option(&meter, "idle:measure", &why), 0);
	assert_true(meter.idle_s == 5 && meter.idle_w == 0);
	assert_int_equal(meter_option(&meter, "idle:measure=2.5", &why), 0);
	assert_true(meter.idle_s == 2.5);
	assert_int_equal(meter_option(&meter, "csv:log", &why), -1);
	meter = (struct meter){0};
	assert_int_equal(meter_option(&meter, "idle:12", &why), 0);
	assert_true(meter.idle_s == 0 && meter.idle_w == 12);
	assert_int_equal(meter_option(&meter, "idle:measured", &why), -1);
	assert_int_equal(meter_option(&meter, "idle:measure=0", &why), -1);
	assert_int_equal(meter_option(&meter, "idle:measure=5s", &why), -1);
}

static void the_mean_is_that_of_the_line_through_the_readings(void **state)
{
	static const struct reading ramp[] = {{0, 100}, {1, 110}, {1.5, 115}, {7, 170}, {10, 200}};
	static const struct reading step[] = {{0, 100}, {5, 100}, {5, 300}, {10, 300}};
	size_t inside;

	(void)state;
	/* Of a ramp it is the power at the middle, however unevenly it was read. */
	assert_near(mean_of(ramp, 5, 0, 10, &inside), 150);
	assert_int_equal(inside, 5);
	assert_near(mean_of(ramp, 5, 2, 6, &inside), 140);
	assert_int_equal(inside, 0);
	assert_near(mean_of(ramp, 5, 0.5, 7.5, &inside), 140);
	assert_int_equal(inside, 3);
	/* (3 * 100 + 1 * 300) / 4 */
	assert_near(mean_of(step, 4, 2, 6, &inside), 150);
	/* Beyond the last it stays: 6 s from 140 to 200 W, and 4 s of 200 W. */
	assert_near(mean_of(ramp, 5, 4, 14, &inside), (6 * 170 + 4 * 200) / 10.);
}

static void too_few_readings_have_no_mean(void **state)
{
	static const struct reading two[] = {{0, 100}, {4, 100}};
	size_t inside;

	(void)state;
	assert_true(isnan(mean_of(two, 0, 0, 10, &inside)));
	assert_true(isnan(mean_of(two, 1, 0, 10, &inside)));
	assert_true(isnan(mean_of(two, 2, 0, 10, &inside)));
	assert_true(isnan(mean_of(two, 2, 5, 10, &inside)));
	assert_false(isnan(mean_of(two, 2, 0, 8, &inside)));
}

static int read_log(const char *text, struct readings *r, char *why, size_t size)
{
	char path[] = "/tmp/test-meter-XXXXXX";
	int fd = mkstemp(path);
	FILE *out = fdopen(fd, "w");
	int result;

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	*r = (struct readings){0};
	result = meter_log(r, path, why, size);
	unlink(path);
	return result;
}

static void logs_are_read_or_the_line_is_named(void **state)
{
	struct readings r;
	char why[300];

	(void)state;
	assert_int_equal(read_log("time,watts,volts\r\n# wall\n\n1741615509,230.5,229\r\n"
				  "2025-03-10T14:05:10Z,231,229\n",
				  &r, why, sizeof(why)),
			 0);
	assert_int_equal(r.count, 2);
	assert_near(r.at[1].at_s - r.at[0].at_s, 1);
	assert_near(r.at[1].watts, 231);
	readings_free(&r);
	assert_int_equal(read_log("1,2\n2;3\n", &r, why, sizeof(why)), -1);
	assert_non_null(strstr(why, "line 2 "));
	readings_free(&r);
	assert_int_equal(read_log("2,2\n1,3\n", &r, why, sizeof(why)), -1);
	assert_non_null(strstr(why, "earlier"));
	readings_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_epoch_seconds_or_iso_8601),
		cmocka_unit_test(watts_are_numbers_from_zero_on),
		cmocka_unit_test(options_name_one_meter),
		cmocka_unit_test(idle_power_is_given_or_measured),
		cmocka_unit_test(the_mean_is_that_of_the_line_through_the_readings),
		cmocka_unit_test(too_few_readings_have_no_mean),
		cmocka_unit_test(logs_are_read_or_the_line_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
