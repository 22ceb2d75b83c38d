// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a record from standard input and writes the same rows to standard output. */
#include <signal.h>
#include <unistd.h>

#include "base/say.h"
#include "record/reader.h"
#include "record/writer.h"

int main(void)
{
	struct reader *r = reader_open("-");
	struct writer *w = writer_stream(STDOUT_FILENO, "standard output");
	struct row row;
	int got;

	signal(SIGPIPE, SIG_IGN);
	say_program("copy_rows");
	if (!r || !w)
		return EXIT_FAILED;
	while ((got = reader_next(r, &row)) == 1)
		writer_row(w, &row);
	if (got < 0)
		say_error("%s", reader_error(r));
	reader_close(r);
	return writer_finish(w) || got ? EXIT_FAILED : EXIT_DONE;
}
