/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * This zcprof and its zcpath, taken to a host for as long as its agent runs there. The agent removes both as soon
 * as it has begun, and runs on from what it has open: nothing is left, however it ends.
 *
 *   push_programs()  copy them into a new folder there
 *   push_remove()    where its agent did not begin, and so did not do it
 */
#ifndef ZCPROF_REACH_PUSH_H
#define ZCPROF_REACH_PUSH_H

#include <stddef.h>

#define PUSH_PATH_MAX 64

/* zcpath: the one here. path becomes that of zcprof there. 0, or -1 with a whole sentence in why. */
int push_programs(const char *ssh, const char *host, const char *zcpath, char path[PUSH_PATH_MAX],
		  char *why, size_t why_size);
/* path: as push_programs() made it. */
void push_remove(const char *ssh, const char *host, const char *path);

#endif
