/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program says to the person who runs it, and how it ends.
 *
 * Results go to standard output; everything here goes to standard error, as one line that starts
 * with the program's name. An error is one sentence: what was tried, what came back, what to do
 * next. What of it cannot be shown as it is (base/visible.h) stands there as \xNN.
 *
 *   say_program()  names the program, once, first thing in main
 *   say_error()    it failed: what, why, and what to do
 *   say_warning()  it goes on, but a result is weaker than asked: which and why
 *   say_info()     what a person who watches wants to know
 *   say_instead()  from now on to this function, a line without its end, in place of standard error; NULL:
 *                  to standard error again
 *   say_detail()   only with --verbose: what a developer wants to know
 *   say_last()     before the process ends at once: as it stands, safe in a signal's handler
 */
#ifndef BASE_SAY_H
#define BASE_SAY_H

#include <stdbool.h>

/* The four ways in which every program of zcprof ends. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,	 /* the command line was wrong */
	EXIT_UNABLE = 3, /* this machine cannot do that */
};

void say_program(const char *name);
void say_verbose(bool on);
typedef void (*say_fn)(void *data, const char *line);
void say_instead(say_fn take, void *data);

void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_last(const char *text);

#endif
