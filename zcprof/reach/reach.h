/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How another machine is reached: the words of --ssh, cut up as a shell would that knows no quotes.
 *
 *   reach_refuse()       why it is no command; NULL: it may be one
 *   reach_argv()         its words and the host, in front of what is to run there
 *   reach_refuse_host()  why that is the name of no host; NULL: it may be one
 */
#ifndef ZCPROF_REACH_REACH_H
#define ZCPROF_REACH_REACH_H

#include <stddef.h>

#define REACH_WORDS_MAX 64
#define REACH_ARGV_MAX	(REACH_WORDS_MAX + 1)

const char *reach_refuse(const char *ssh);
/* Of one that was not refused. How many words, which point into room, to be freed, and to host; 0: no memory left. */
size_t reach_argv(const char *ssh, const char *host, char *argv[REACH_ARGV_MAX], char **room);
const char *reach_refuse_host(const char *name);

#endif
