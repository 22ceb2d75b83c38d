/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends that are told by a vector (--vectored): of one part, or with --header of two, the first bytes from a
 * place of their own and the rest from the message. The kernel pins both parts of a zero-copy send.
 *
 *   vectors_open()   so many at once; -1 after flow_fail()
 *   vectors_set()    the next one's parts; what it returns is good until so many others were set
 *   vectors_header() where the first bytes of a send lie that begins so far into the message
 *   vectors_close()
 */
#ifndef DATAPATH_VECTORS_H
#define DATAPATH_VECTORS_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "datapath/flow.h"

struct vectors {
	struct vector {
		struct msghdr msg;
		struct iovec part[2];
	} * at; /* NULL: no vectors */
	unsigned int count;
	unsigned int next;
	size_t header; /* bytes; 0: one part */
	size_t stride; /* of the message, from one send's beginning to the next */
	unsigned char *headers;
};

int vectors_open(struct vectors *v, struct flow *f, unsigned int count);
void vectors_close(struct vectors *v);

static inline const void *vectors_header(const struct vectors *v, size_t offset)
{
	return v->headers + offset / v->stride * v->header;
}

/* size: of both parts together. header: of v->header bytes; NULL: rest is all of it. */
static inline const struct msghdr *vectors_set(struct vectors *v, const void *header,
					       const void *rest, size_t size)
{
	struct vector *to = &v->at[v->next];
	bool two = header && size > v->header;

	v->next = v->next + 1 == v->count ? 0 : v->next + 1;
	to->part[0] = two ? (struct iovec){(void *)header, v->header}
			  : (struct iovec){(void *)(header ? header : rest), size};
	to->part[1] = (struct iovec){(void *)rest, size - to->part[0].iov_len};
	to->msg.msg_iov = to->part;
	to->msg.msg_iovlen = two ? 2 : 1;
	return &to->msg;
}

#endif
