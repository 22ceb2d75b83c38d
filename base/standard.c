// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/standard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"

static bool is_closed, is_told;

int standard_flush(void)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	if (is_closed)
		say_error("cannot write to standard output: it is closed");
	else
		say_error("cannot write to standard output: %s",
			  errno ? strerror(errno) : "an earlier part of it was not taken");
	is_told = true;
	return -1;
}

/* Whatever exit code it was to be: who reads that takes it that all was printed. */
static void at_end(void)
{
	if (is_told || standard_flush())
		_exit(EXIT_FAILED);
}

void standard_begin(void)
{
	/* Nothing to be read, a write that fails, and one that nobody hears. */
	static const int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		is_closed |= fd == STDOUT_FILENO;
		/* The lowest that is free is this one. */
		if (open("/dev/null", modes[fd]) != fd)
			_exit(EXIT_FAILED);
	}
	if (atexit(at_end))
		say_warning("no memory left to look at the end whether all was printed");
}
