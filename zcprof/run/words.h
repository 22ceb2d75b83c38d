/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of one end.
 *
 *   words_of_end()   zcpath with all options of this configuration; of an end on a host, a request of its agent
 *   words_of_check() the same, only asking whether it could run
 *   words_of_tool()  zcpath with one word, such as --version, in the same place
 *   words_free()
 */
#ifndef ZCPROF_RUN_WORDS_H
#define ZCPROF_RUN_WORDS_H

#include "zcprof/run/experiment.h"

/* NULL-terminated; NULL when there is no memory left. */
char **words_of_end(const struct experiment *x, const struct configuration *c, enum record_end side);
char **words_of_check(const struct experiment *x, const struct configuration *c,
		      enum record_end side);
char **words_of_tool(const struct experiment *x, enum record_end side, const char *word);
void words_free(char **words);

#endif
