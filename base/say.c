// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/say.h"

#include <stdarg.h>
#include <stdio.h>

static const char *program = "zcprof";
static bool verbose;

void say_program(const char *name)
{
	program = name;
}

void say_verbose(bool on)
{
	verbose = on;
}

/* One write per line, so that lines of the two ends and of zcprof do not mix on a terminal. */
static void say(const char *prefix, const char *format, va_list args)
{
	char line[2048];
	int used = snprintf(line, sizeof(line), "%s: %s", program, prefix);
	int more = vsnprintf(line + used, sizeof(line) - used - 1, format, args);

	used += more < (int)sizeof(line) - used - 1 ? more : (int)sizeof(line) - used - 2;
	line[used++] = '\n';
	fwrite(line, 1, used, stderr);
	fflush(stderr);
}

void say_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void say_warning(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("warning: ", format, args);
	va_end(args);
}

void say_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void say_detail(const char *format, ...)
{
	va_list args;

	if (!verbose)
		return;
	va_start(args, format);
	say("", format, args);
	va_end(args);
}
