// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/until.h"

#include <math.h>
#include <stdlib.h>

#include "record/reader.h"

/* 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom (Fisher and Yates, table III). */
static double student(unsigned int freedom)
{
	static const double table[] = {
		12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
		2.201,	2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
		2.080,	2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
	};
	const unsigned int known = sizeof(table) / sizeof(*table);

	/* Beyond the table the first term of its expansion for large freedom is good to a digit more. */
	return freedom <= known ? table[freedom - 1] : 1.95996 + 2.3723 / freedom;
}

/* Logarithm of the throughput of a finished run; NAN where its record does not say. */
static double log_rate(const struct experiment *x, size_t configuration, unsigned int repeat)
{
	const struct slot slot = {configuration, repeat, false};
	char *path = run_path(x, &slot);
	struct reader *reader = path ? reader_open_regular(path) : NULL;
	double bytes = NAN, window = NAN;
	struct row row;

	while (reader && reader_next(reader, &row) == 1) {
		if (row.end != END_RX || row.time_s != WINDOW)
			continue;
		if (row.id == METRIC_path_bytes)
			bytes = row.number;
		else if (row.id == METRIC_path_window_ns)
			window = row.number;
	}
	if (reader)
		reader_close(reader);
	free(path);
	return bytes > 0 && window > 0 ? log(bytes / window) : NAN;
}

double until_width(const struct experiment *x, size_t configuration, unsigned int rounds)
{
	bool against_first = x->settings->plan.configuration_count > 1;
	double sum = 0, squares = 0, mean;
	unsigned int n = 0;

	for (unsigned int i = 1; i <= rounds; i++) {
		double y = log_rate(x, configuration, i);

		if (against_first)
			y -= log_rate(x, 0, i);
		if (isnan(y))
			continue;
		sum += y;
		squares += y * y;
		n++;
	}
	if (n < 2)
		return INFINITY;
	mean = sum / n;
	/* Logarithms of rates lie within some ten of zero: squares lose no digit that matters. */
	return expm1(student(n - 1) * sqrt(fmax(0, squares - n * mean * mean) / (n - 1) / n));
}
