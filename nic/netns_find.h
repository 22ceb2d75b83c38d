/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network namespace by what tells it apart for as long as the machine is up, whoever asks and
 * from wherever: its inode, which is given again once it is gone, and its cookie, which is not.
 *
 *   netns_identify()  that of a descriptor, or of this thread
 *   netns_find()      a descriptor of it, through whatever keeps it alive: a process or thread in
 *                     it, a mount, a descriptor of it, a socket or tun device from it
 */
#ifndef NIC_NETNS_FIND_H
#define NIC_NETNS_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netns_id {
	uint64_t inode;
	uint64_t cookie; /* 0: the kernel, before 5.14, has none */
};

bool netns_same(struct netns_id a, struct netns_id b);
/* -1 is the namespace of this thread. Zeros where it cannot be told. */
struct netns_id netns_identify(int netns);
/*
 * A descriptor, or a negative errno:
 *   -ENOENT  it is gone: by the kernel's word, or everything that could keep it was looked at
 *   -EXDEV   it is alive, and cannot be entered from here
 *   -EAGAIN  it was not found, and not everything could be looked at
 * why says so for the last two: a part of a sentence with "it" for the namespace.
 */
int netns_find(struct netns_id id, char *why, size_t why_size);

#endif
