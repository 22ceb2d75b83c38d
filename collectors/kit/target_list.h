/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listing what a target has now: between target.c and target_cgroup.c. Nobody else lists.
 *
 *   target_list_process()  one process, or its threads
 *   target_list_cgroup()   all of a cgroup and of those below it: 0, or a negative errno
 */
#ifndef COLLECTORS_KIT_TARGET_LIST_H
#define COLLECTORS_KIT_TARGET_LIST_H

#include "collectors/kit/target.h"

struct target_listing {
	target_process_fn on_process;
	target_thread_fn on_thread; /* asked for threads, where it is set */
	void *data;
	int count;
};

void target_list_process(struct target_listing *l, pid_t pid);
/* depth: of path below the target's */
int target_list_cgroup(struct target_listing *l, const char *path, bool threaded, int depth);

#endif
