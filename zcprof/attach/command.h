/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program of the user's that is started to be measured. It keeps this process's standard input,
 * output (unless that is overheard) and error, and its terminal; it is killed if this process dies
 * before it.
 *
 *   command_start()   0, or -1 with why filled in
 *   command_finish()  waits for it, and says how it ended where that was not with exit code 0
 */
#ifndef ZCPROF_ATTACH_COMMAND_H
#define ZCPROF_ATTACH_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How its end is come to; where this process is asked to stop, so is it. */
enum command_end {
	COMMAND_WAIT,
	COMMAND_TERMINATE, /* it is told to end, and then ends well however it does; in ten seconds it is killed */
	COMMAND_GIVE_UP, /* it is told to end, because something failed */
};

/* out: its standard output, -1 for this process's own. */
int command_start(pid_t *pid, char *const argv[], int out, char *why, size_t why_size);
/* Is all well? */
bool command_finish(pid_t pid, const char *name, enum command_end how);

#endif
