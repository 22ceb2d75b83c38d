/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What processes move that do not say so themselves: by the tcp_info of their connections, or by
 * the counters of their device.
 *
 *   traffic_open()   begin to follow it
 *   traffic_closes() have those counted too that come and end between two looks, from now on
 *   traffic_hear()   that connections ended: as traffic_fd() is readable, lest what is said of many be lost
 *   traffic_look()   come to know connections that are new, and hear of those that ended
 *   traffic_opened() the window opens now: what has ended is of the time before
 *   traffic_before() what its connections had moved before
 *   traffic_read()   what was moved since traffic_open(), by everything that is known until now
 *   traffic_settle() the same, once the kernel has said the last of those that just ended
 *   traffic_moved()  what one connection moved since the window opened
 *   traffic_close()  safe after a failed open
 *
 * A connection counts as theirs if one of them held a descriptor of it at one look; of a network namespace all
 * do. What it moved before the first look is left out; one that comes later counts from its beginning, and when
 * it ends the kernel sends its last figures. One that comes and ends between two looks is counted where it ends:
 * of a namespace by those last figures, of processes by programs in the kernel (traffic_closes()). Where these
 * cannot be, what such connections of all processes moved is known, and not whose they were.
 *
 * A socket is known by its cookie, which no other has until the machine is booted again. It may have one connection
 * after another (connect() to AF_UNSPEC between them). Its inode is 0 once it is closed, and tells only who holds
 * it.
 */
#ifndef ZCPROF_ATTACH_TRAFFIC_H
#define ZCPROF_ATTACH_TRAFFIC_H

#include <linux/inet_diag.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "collectors/kit/connections.h"
#include "collectors/kit/target.h"
#include "nic/netlink.h"

struct moved {
	uint64_t received; /* bytes, in order */
	uint64_t sent;	   /* bytes that were acknowledged; of a device: that it sent */
};

struct connection {
	uint64_t cookie;
	uint8_t family;
	bool ended;
	bool heard;	/* with its last figures */
	bool destroyed; /* its socket is no more, and that was heard */
	bool before;	/* it had ended when the window opened, */
	bool at_open;	/* or it was there */
	uint32_t round; /* in which it was seen last */
	struct inet_diag_sockid id;
	struct moved first;
	struct moved last;
	struct moved earlier; /* by connections that its socket had before this one */
	struct moved opened;  /* both, when the window opened */
};

/* More than these nobody listens at. */
#define TRAFFIC_PORTS 64

struct traffic {
	const struct target *target;
	unsigned int device;	       /* its index; 0: by connections */
	struct moved at_open, counted; /* by the device: then, and when it was read last */
	bool restarted;		       /* it began to count anew since */
	bool looked;
	struct netlink ask;
	struct netlink ends;		/* hears of connections that ended */
	struct connection *connections; /* by cookie, */
	size_t sorted;			/* as far as here */
	size_t count;
	uint32_t round;
	size_t unheard;	    /* connections that ended without a last word */
	struct moved brief; /* by those that came and ended between two looks, */
	size_t brief_count;
	struct connections *closes; /* NULL: of processes those are not told from others', which are */
	enum record_end end;
	struct moved others; /* here */
	size_t others_count;
	uint16_t ports[TRAFFIC_PORTS]; /* at which one of the processes listens, in host order */
	size_t port_count;
	bool overrun; /* the kernel said more than there was room for */
	int error;
};

/*
 * iface: NULL for connections, of which CPUs have none. The target has to outlive it. 0, or -1 with
 * why filled in.
 */
int traffic_open(struct traffic *t, const struct target *target, const char *iface, char *why,
		 size_t why_size);
/* closes: of the end; it has to outlive t. NULL: there are none. */
void traffic_closes(struct traffic *t, struct connections *closes, enum record_end end);
/* -1: there is nothing to be heard. */
int traffic_fd(const struct traffic *t);
void traffic_hear(struct traffic *t);
void traffic_look(struct traffic *t);
void traffic_opened(struct traffic *t);
/* 0 or a negative errno. */
int traffic_read(struct traffic *t, struct moved *moved);
/* Waits at most a fifth of a second: the kernel says it by a thread of its own, and in its time. */
int traffic_settle(struct traffic *t, struct moved *moved);
struct moved traffic_moved(const struct connection *c);
/* What the connections had moved before traffic_open(): it tells too which way they go. */
struct moved traffic_before(const struct traffic *t);
/* Connections at the processes' ports that somebody reset before it was seen whose they were. */
struct connections_sum traffic_nobodys(const struct traffic *t);
/* Whether there was anything to read. */
bool traffic_any(const struct traffic *t);
void traffic_close(struct traffic *t);

#endif
