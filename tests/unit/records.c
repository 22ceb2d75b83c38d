// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/records.h"

static char directory[] = "/tmp/test_records.XXXXXX";

void path_of(const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", directory, name);
}

void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *out;

	path_of(name, path, sizeof(path));
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

struct run *load(const char *text)
{
	char path[256];
	struct run *run;

	write_file("one", text);
	path_of("one", path, sizeof(path));
	run = run_load(path, KEEP_MOMENTS);
	assert_non_null(run);
	unlink(path);
	return run;
}

void near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-9 * fmax(1, fabs(expected))))
		fail_msg("%.12g is not %.12g", value, expected);
}

struct outcome outcome(const char *rows)
{
	const struct exponents exponents = {2, 1};
	char text[2048];
	struct run *run;
	struct outcome o;

	snprintf(text, sizeof(text), HEADER "%s", rows);
	run = load(text);
	o = outcome_of(run, &exponents);
	run_free(run);
	return o;
}

int records_begin(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

int records_end(void **state)
{
	(void)state;
	return rmdir(directory);
}
