// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "base/visible.h"

void progress_open(struct progress *p, size_t total, size_t done, double seconds_each)
{
	*p = (struct progress){
		.terminal = isatty(STDERR_FILENO),
		.done = done,
		.total = total,
		.seconds_each = seconds_each,
	};
	p->began_s = clock_s();
}

static double seconds_left(const struct progress *p)
{
	double now_s = clock_s();
	double each = p->seconds_each;
	double in_run = p->in_run ? now_s - p->run_began_s : 0;

	if (p->measured)
		each = (now_s - p->began_s - in_run) / p->measured;
	/* A run that takes longer than those before says nothing about those after it. */
	if (in_run > each)
		in_run = each;
	return each * (p->total - p->done) - in_run;
}

/* One line of the terminal, which must not wrap: it could not be rewritten then. */
__attribute__((format(printf, 1, 2))) static void show(const char *format, ...)
{
	struct winsize window;
	size_t columns = 80;
	char line[512], safe[512];
	va_list args;

	if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &window) && window.ws_col)
		columns = window.ws_col;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	visible_copy(safe, columns < sizeof(safe) ? columns : sizeof(safe), line, strlen(line));
	fprintf(stderr, "\r\033[K%s", safe);
}

const char *progress_duration(double seconds, char *text, size_t size)
{
	long whole = lround(seconds);

	if (whole >= 3600)
		snprintf(text, size, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
	else if (whole >= 60)
		snprintf(text, size, "%ld min %02ld s", whole / 60, whole % 60);
	else
		snprintf(text, size, "%ld s", whole);
	return text;
}

static const char *left_text(const struct progress *p, char *text, size_t size)
{
	size_t used = strlen(progress_duration(seconds_left(p), text, size));

	snprintf(text + used, size - used, " left");
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
	p->in_run = true;
	p->run_began_s = clock_s();
	if (p->terminal)
		show("[%zu/%zu] %s  run %u  starting  %s", p->done + 1, p->total, configuration,
		     repeat, left_text(p, left, sizeof(left)));
}

void progress_rate(struct progress *p, double gbit_per_s)
{
	char left[48];

	if (p->terminal)
		show("[%zu/%zu] %s  run %u  %.1f Gbit/s  %s", p->done + 1, p->total,
		     p->configuration, p->repeat, gbit_per_s, left_text(p, left, sizeof(left)));
}

void progress_end(struct progress *p, const char *result)
{
	char left[48];

	p->in_run = false;
	p->done++;
	p->measured++;
	progress_clear(p);
	say_info("[%zu/%zu] %s run %u: %s; %s", p->done, p->total, p->configuration, p->repeat,
		 result, left_text(p, left, sizeof(left)));
}
