/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines as those read them whom they are for: -JR is -J and -R, -pR is a port, --reve is
 * --reverse where nothing else begins so, and what stands behind an option that takes a value is that
 * value.
 *
 *   words_parse()    tells each option of a program, by its own tables
 *   words_program()  where the program stands in a command: behind taskset, timeout, ip netns exec and
 *                    the like, and never in the words of another
 */
#ifndef REPORTS_WORDS_H
#define REPORTS_WORDS_H

#include <getopt.h>
#include <stddef.h>

/* option: its letter, or the value of its row in longs; value: NULL where it has none. */
typedef void (*words_option_fn)(void *data, int option, const char *value);

/* argv[0] is the program; letters and longs are as for getopt_long(3). Says nothing of what is wrong. */
void words_parse(char *const argv[], const char *letters, const struct option *longs,
		 words_option_fn on_option, void *data);
/* An index of argv: that of its end, where its wrapper has nothing to run. */
size_t words_program(char *const argv[]);

#endif
