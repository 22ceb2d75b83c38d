// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/file_table.h"

#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST 3 /* behind the standard ones */

static bool close_from_to(unsigned int first, unsigned int last)
{
	return first > last || !syscall(SYS_close_range, first, last, 0);
}

/* The least of them from LEAST on; UINT_MAX: none. */
static unsigned int next_of(const int fds[], unsigned int count, unsigned int least)
{
	unsigned int next = UINT_MAX;

	for (unsigned int i = 0; i < count; i++)
		if (fds[i] >= 0 && (unsigned int)fds[i] >= least && (unsigned int)fds[i] < next)
			next = fds[i];
	return next;
}

void file_table_keep(const int fds[], unsigned int count)
{
	unsigned int first = FIRST;
	unsigned int kept;

	while ((kept = next_of(fds, count, first)) != UINT_MAX) {
		close_from_to(first, kept - 1);
		first = kept + 1;
	}
	close_from_to(first, UINT_MAX);
}

bool file_table_can_keep(void)
{
	return close_from_to(UINT_MAX, UINT_MAX);
}
