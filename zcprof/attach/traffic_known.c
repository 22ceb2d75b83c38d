// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/traffic_known.h"

#include <stdlib.h>

int connection_order(const void *a, const void *b)
{
	const struct connection *x = a;
	const struct connection *y = b;

	return (x->cookie > y->cookie) - (x->cookie < y->cookie);
}

struct connection *connection_find(const struct traffic *t, uint64_t cookie)
{
	const struct connection key = {.cookie = cookie};

	return t->sorted ? bsearch(&key, t->connections, t->sorted, sizeof(key), connection_order)
			 : NULL;
}

/*
 * Data alone. The kernel counts a connection's SYN and FIN with what was acknowledged, and a FIN with what was
 * received: a byte each, which is much of a short request.
 */
struct moved connection_moved(const struct tcp_info *info)
{
	/* States that come with the other's FIN; of one that is closed it is likely. */
	const unsigned int finished = 1 << 7 /* CLOSE */ | 1 << 8 /* CLOSE_WAIT */ |
				      1 << 9 /* LAST_ACK */ | 1 << 11 /* CLOSING */;
	uint64_t sent = info->tcpi_bytes_sent - info->tcpi_bytes_retrans;
	struct moved moved = {info->tcpi_bytes_received, info->tcpi_bytes_acked};

	/* Kernels before 4.19 do not say what was sent; one byte alone is the SYN. */
	if ((info->tcpi_bytes_sent || moved.sent == 1) && sent < moved.sent)
		moved.sent = sent;
	if (moved.received && (finished >> info->tcpi_state & 1))
		moved.received--;
	return moved;
}

void moved_add(struct moved *sum, struct moved moved)
{
	sum->received += moved.received;
	sum->sent += moved.sent;
}

void connection_unheard(struct traffic *t, struct connection *c)
{
	c->ended = true;
	t->unheard++;
}
