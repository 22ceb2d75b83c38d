/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process moves that does not say so itself: by the tcp_info of its connections, or by the
 * counters of its device.
 *
 *   traffic_open()   begin to follow it
 *   traffic_look()   come to know connections that are new, and hear of those that ended
 *   traffic_before() what its connections had moved before
 *   traffic_read()   what was moved since traffic_open(), by everything that is known until now
 *   traffic_close()  safe after a failed open
 *
 * A connection counts as the process's if a descriptor of it was held at one look. What it moved
 * before the first look is left out; one that comes later counts from its beginning, and when it
 * ends the kernel sends its last figures. One that both comes and ends between two looks is missed.
 */
#ifndef COLLECTORS_TRAFFIC_H
#define COLLECTORS_TRAFFIC_H

#include <linux/inet_diag.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "nic/netlink.h"

struct moved {
	uint64_t received; /* bytes, in order */
	uint64_t sent;	   /* bytes that were acknowledged; of a device: that it sent */
};

struct connection {
	uint32_t inode;
	uint8_t family;
	bool ended;
	struct inet_diag_sockid id;
	struct moved first;
	struct moved last;
};

struct traffic {
	pid_t pid;
	unsigned int device; /* its index; 0: by connections */
	struct moved at_open;
	bool looked;
	struct netlink ask;
	struct netlink ends;		/* hears of connections that ended */
	struct connection *connections; /* by inode, */
	size_t sorted;			/* as far as here */
	size_t count;
	size_t unheard; /* connections that ended without a last word */
	int error;
};

/* iface: NULL for connections. netns: -1 for this one. 0, or -1 with why filled in. */
int traffic_open(struct traffic *t, pid_t pid, int netns, const char *iface, char *why,
		 size_t why_size);
void traffic_look(struct traffic *t);
/* 0 or a negative errno. */
int traffic_read(struct traffic *t, struct moved *moved);
/* What the connections had moved before traffic_open(): it tells too which way they go. */
struct moved traffic_before(const struct traffic *t);
/* Whether there was anything to read. */
bool traffic_any(const struct traffic *t);
void traffic_close(struct traffic *t);

#endif
