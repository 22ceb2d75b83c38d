/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control connection: messages of control.h over a socket, without ever waiting. It reads and
 * writes with read(2) and write(2), so that no call of the control connection is mistaken for one
 * of the data flows.
 *
 *   channel_send()  one message; it is small, so a peer that lets it not through has stalled
 *   channel_read()  what has arrived
 *   channel_next()  the next message of it
 */
#ifndef DATAPATH_CHANNEL_H
#define DATAPATH_CHANNEL_H

#include <stddef.h>

#include "datapath/control.h"

struct channel {
	int fd; /* non-blocking */
	struct control_lines lines;
};

/* 0, or -1 with errno: EAGAIN where the peer lets it not through. */
int channel_send(struct channel *channel, const struct control_message *m);

#define CHANNEL_ENDED 2 /* there will be no more */
/* 1: something arrived; 0: nothing now; CHANNEL_ENDED; -1 with errno: the connection broke. */
int channel_read(struct channel *channel);
/* As control_next(). */
int channel_next(struct channel *channel, struct control_message *m, char *why, size_t why_size);

#endif
