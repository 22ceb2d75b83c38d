// SPDX-License-Identifier: GPL-2.0-or-later
/* The bare reader: reads every row of a file and does next to nothing with it. */
#include <stdio.h>

#include "base/say.h"
#include "record/reader.h"

int main(int argc, char **argv)
{
	unsigned long long rows = 0;
	double sum = 0;
	struct reader *r;
	struct row row;
	int got;

	say_program("read_rows");
	if (argc != 2) {
		say_error("usage: read_rows FILE");
		return EXIT_USAGE;
	}
	r = reader_open(argv[1]);
	if (!r)
		return EXIT_FAILED;
	while ((got = reader_next(r, &row)) == 1) {
		rows++;
		sum += row.number;
	}
	if (got < 0)
		say_error("%s", reader_error(r));
	printf("%llu rows, the sum of their numbers is %g\n", rows, sum);
	reader_close(r);
	return got ? EXIT_FAILED : EXIT_DONE;
}
