/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network namespaces, held by descriptors.
 *
 *   netns_create()  a new one without a name: it is gone with its last descriptor and process
 *   netns_open()    an existing one: a name as of 'ip netns', or a path
 *   netns_enter()   this thread works in another namespace until netns_leave()
 *   netns_join()    this process moves there for good, with a /sys that shows its devices
 *   netns_inode()   what tells namespaces apart
 *
 * All return a descriptor or 0, or a negative errno, and say nothing.
 */
#ifndef NIC_NETNS_H
#define NIC_NETNS_H

#include <sys/types.h>

int netns_create(void);
int netns_open(const char *name);
/* A descriptor of the namespace that was left, for netns_leave(), which closes it. */
int netns_enter(int netns);
void netns_leave(int previous);
/*
 * -EXDEV: in the namespace, but /sys still shows the devices of the old one. For a child before
 * exec: it takes a mount namespace of its own, so the mount is seen by nobody else.
 */
int netns_join(int netns);
/* -1 is the namespace of this thread. 0 if it cannot be told. */
ino_t netns_inode(int netns);

#endif
