/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections to a listening socket that have not shown yet whose they are. Anybody may connect: a
 * scanner, a browser, one that says nothing, one that says a byte a second. Each has a moment to
 * show itself, and a newcomer that finds the lobby full takes the place of the one that has been
 * there longest. Whoever is none of this run's is dropped, counted, and said once.
 *
 *   lobby_open()   at a listening socket, which is the lobby's from here on
 *   lobby_watch()  what to poll() for
 *   lobby_serve()  after poll(): let in, read, judge, drop
 *   lobby_spare()  drop the one that has been there longest
 *   lobby_close()  drop who is left, and listen no more
 *
 * A judge looks at all that a guest has said so far. It takes the guest by keeping its descriptor.
 */
#ifndef DATAPATH_LOBBY_H
#define DATAPATH_LOBBY_H

#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/control.h"

#define LOBBY_GUESTS  64
#define LOBBY_POLLED  (LOBBY_GUESTS + 1)
#define LOBBY_LOOK_MS 100 /* how often it wants to be served, to see whose moment is over */

struct guest {
	int fd; /* non-blocking */
	uint64_t deadline_ns;
	size_t used;
	char bytes[CONTROL_LINE_MAX];
	char from[INET6_ADDRSTRLEN + IF_NAMESIZE + 1]; /* for people */
};

enum verdict {
	VERDICT_MORE,	  /* it has not said enough to tell */
	VERDICT_STRANGER, /* why: a part of a sentence that fits behind "it " */
	VERDICT_TAKEN,
};

typedef enum verdict (*lobby_judge)(void *data, const struct guest *g, char *why, size_t why_size);

struct lobby {
	int fd; /* listening; -1: closed */
	unsigned int port;
	size_t most; /* bytes that a guest may say; none beyond them is read */
	lobby_judge judge;
	void *data;
	uint64_t strangers; /* dropped so far */
	unsigned int count;
	unsigned int polled; /* of the guests, in the last lobby_watch() */
	struct guest guest[LOBBY_GUESTS];
};

void lobby_open(struct lobby *l, int fd, unsigned int port, size_t most, lobby_judge judge,
		void *data);
/* How many of fds were filled in, LOBBY_POLLED at most; they are what lobby_serve() wants back. */
unsigned int lobby_watch(struct lobby *l, struct pollfd *fds);
/* 0, or a negative errno: no connection can be accepted any more. */
int lobby_serve(struct lobby *l, const struct pollfd *fds);
/* false: nobody is there. */
bool lobby_spare(struct lobby *l);
void lobby_close(struct lobby *l);

#endif
