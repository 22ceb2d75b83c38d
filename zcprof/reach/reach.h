/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How another machine is reached: the words of --ssh, cut up as a shell would that knows no quotes.
 *
 *   reach_refuse()       why it is no command; NULL: it may be one
 *   reach_words()        its words
 *   reach_refuse_host()  why that is the name of no host; NULL: it may be one
 */
#ifndef ZCPROF_REACH_H
#define ZCPROF_REACH_H

#include <stddef.h>

#define REACH_WORDS_MAX 64

const char *reach_refuse(const char *ssh);
/* Of one that was not refused. Cuts it up. Returns how many. */
size_t reach_words(char *ssh, char *words[REACH_WORDS_MAX]);
const char *reach_refuse_host(const char *name);

#endif
