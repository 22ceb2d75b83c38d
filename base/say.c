// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/visible.h"

static const char *program = "zcprof";
static bool verbose;
static say_fn instead;
static void *instead_data;

void say_program(const char *name)
{
	program = name;
}

void say_verbose(bool on)
{
	verbose = on;
}

void say_instead(say_fn take, void *data)
{
	instead = take;
	instead_data = data;
}

/*
 * One write per line, so that lines of the two ends and of zcprof do not mix on a terminal. What is
 * quoted in a message may be anybody's: it moves no cursor and makes no line of its own.
 */
static void say(const char *prefix, const char *format, va_list args)
{
	char line[2048];
	char text[sizeof(line)];
	int used = snprintf(line, sizeof(line), "%s: %s", program, prefix);
	int len = vsnprintf(text, sizeof(text), format, args);
	size_t most = sizeof(text) - 1;

	/* Where it is cut, a character may be too. */
	if (len > (int)most)
		for (len = (int)most; len > (int)most - 4 && (text[len - 1] & 0xc0) == 0x80;)
			len--;
	used += (int)visible_copy(line + used, sizeof(line) - used - 1, text, len > 0 ? len : 0);
	if (instead) {
		line[used] = '\0';
		instead(instead_data, line);
		return;
	}
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

void say_last(const char *text)
{
	const struct iovec line[] = {{(char *)program, strlen(program)},
				     {": ", 2},
				     {(char *)text, strlen(text)},
				     {"\n", 1}};

	if (writev(STDERR_FILENO, line, sizeof(line) / sizeof(*line)) < 0)
		return; /* nobody hears it */
}
