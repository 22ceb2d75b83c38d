/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plan files: arguments kept in a file, one option per line, '#' for comments. "include FILE" is another
 * plan, beside it; ${NAME} is what "--set NAME=VALUE" or a line "set NAME=VALUE" says, the command line
 * before the plan, and a plan before what it includes.
 *
 *   planfile_expand()  the arguments with every @FILE replaced by what the file says
 */
#ifndef ZCPROF_RUN_PLANFILE_H
#define ZCPROF_RUN_PLANFILE_H

/* A NULL-terminated vector to be freed with its texts; NULL after saying why. */
char **planfile_expand(int argc, char *const argv[], int *count);

#endif
