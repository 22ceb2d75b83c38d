/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program of the user's that is started to be measured. It keeps this process's standard input,
 * output and error, and its terminal; it is killed if this process dies before it.
 *
 *   command_start()   0, or -1 with why filled in
 *   command_finish()  waits for it, and says how it ended where that was not with exit code 0
 */
#ifndef COLLECTORS_COMMAND_H
#define COLLECTORS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

int command_start(pid_t *pid, char *const argv[], char *why, size_t why_size);
/* terminate: tell it to end first, as is done where this process was asked to stop. Is all well? */
bool command_finish(pid_t pid, const char *name, bool terminate);

#endif
