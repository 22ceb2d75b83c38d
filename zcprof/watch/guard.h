/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child that puts a terminal back where this process dies and could not, as by SIGKILL.
 *
 *   guard_start()  the terminal is as it is now while we have it; before: as it is to be again; bytes: to be
 *                  written then. 0 with the child's number, or a negative errno
 *   guard_end()    it is not needed any more; 0 is fine
 *
 * It does not change the modes of a terminal that somebody else, as a shell, has set since. Who kills it
 * too, as by SIGKILL to every process of a cgroup, leaves the terminal as it is: reset(1) mends that.
 */
#ifndef ZCPROF_WATCH_GUARD_H
#define ZCPROF_WATCH_GUARD_H

#include <sys/types.h>
#include <termios.h>

int guard_start(pid_t *pid, int terminal, const struct termios *before, const char *bytes);
void guard_end(pid_t pid);

#endif
