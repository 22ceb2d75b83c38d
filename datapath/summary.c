// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/summary.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/say.h"
#include "datapath/path.h"

/* Nobody reads along where the rows go through a pipe to a program. */
static bool watched(void)
{
	struct stat out;

	return isatty(STDERR_FILENO) && !fstat(STDOUT_FILENO, &out) && !S_ISFIFO(out.st_mode) &&
	       !S_ISSOCK(out.st_mode);
}

void summary_say(const struct session *s)
{
	const struct path *path = s->config->path;
	struct counters sum;
	uint64_t calls = 0;
	uint64_t reported;
	char share[48] = "zero-copy share unknown";
	double seconds;

	if (!watched() || flows_idle(s->flows))
		return;
	window_difference(&s->window, &sum);
	seconds = window_ns(&s->window) / 1e9;
	for (int i = 0; i < CALLS; i++)
		calls += sum.call[i];
	reported = sum.bytes_zerocopy + sum.bytes_copied;
	if (reported)
		snprintf(share, sizeof(share), "%.1f %% zero-copy",
			 100.0 * sum.bytes_zerocopy / reported);
	say_info("%s %s: %.2f Gbit/s, %llu bytes in %.3f s, %s, %llu system calls",
		 record_end_name[path->end], path->name, sum.bytes * 8 / seconds / 1e9,
		 (unsigned long long)sum.bytes, seconds, share, (unsigned long long)calls);
}
