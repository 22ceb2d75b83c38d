/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control group of a process under one controller, and those above it (cgroups(7)).
 *
 *   cgroup_of()    where a process is; false where the controller is not mounted or the place is not to be seen
 *   cgroup_open()  a file of the group, or the group itself
 *   cgroup_up()    to the one above; false at the root
 */
#ifndef COLLECTORS_KIT_CGROUP_H
#define COLLECTORS_KIT_CGROUP_H

#include <stdbool.h>
#include <sys/types.h>

struct cgroup {
	char root[256];	 /* where the hierarchy is mounted */
	char path[4096]; /* below it; "" of the root */
	bool v1;	 /* a hierarchy of its own, with other names of files */
};

/* controller: "cpu", "memory"; NULL: the hierarchy of version 2, whatever it controls. */
bool cgroup_of(struct cgroup *g, const char *controller, pid_t pid);
/* file: NULL for the group. A descriptor that the caller closes, or -1. A link is not followed. */
int cgroup_open(const struct cgroup *g, const char *file);
bool cgroup_up(struct cgroup *g);

#endif
