// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/say.h"

void progress_open(struct progress *p, size_t total, size_t done, double seconds_each)
{
	*p = (struct progress){
		.terminal = isatty(STDERR_FILENO),
		.done = done,
		.total = total,
		.seconds_each = seconds_each,
	};
	clock_gettime(CLOCK_MONOTONIC, &p->began);
}

static double seconds_left(const struct progress *p)
{
	struct timespec now;
	double each = p->seconds_each;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (p->measured)
		each = (now.tv_sec - p->began.tv_sec + (now.tv_nsec - p->began.tv_nsec) / 1e9) /
		       p->measured;
	return each * (p->total - p->done);
}

static const char *left_text(const struct progress *p, char *text, size_t size)
{
	long left = seconds_left(p) + 0.5;

	if (left >= 3600)
		snprintf(text, size, "%ld h %02ld min left", left / 3600, left / 60 % 60);
	else if (left >= 60)
		snprintf(text, size, "%ld min %02ld s left", left / 60, left % 60);
	else
		snprintf(text, size, "%ld s left", left);
	return text;
}

void progress_clear(const struct progress *p)
{
	if (p->terminal)
		fputs("\r\033[K", stderr);
}

void progress_begin(struct progress *p, const char *configuration, unsigned int repeat)
{
	char left[48];

	p->configuration = configuration;
	p->repeat = repeat;
	if (p->terminal)
		fprintf(stderr, "\r\033[K[%zu/%zu] %s  run %u  …  %s", p->done + 1, p->total,
			configuration, repeat, left_text(p, left, sizeof(left)));
}

void progress_rate(struct progress *p, double gbit_per_s)
{
	char left[48];

	if (p->terminal)
		fprintf(stderr, "\r\033[K[%zu/%zu] %s  run %u  %.1f Gbit/s  %s", p->done + 1,
			p->total, p->configuration, p->repeat, gbit_per_s,
			left_text(p, left, sizeof(left)));
}

void progress_end(struct progress *p, const char *result)
{
	char left[48];

	p->done++;
	p->measured++;
	progress_clear(p);
	say_info("[%zu/%zu] %s run %u: %s; %s", p->done, p->total, p->configuration, p->repeat,
		 result, left_text(p, left, sizeof(left)));
}
