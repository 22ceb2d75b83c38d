// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tx devmem: sendmsg(2) of a message that lies in a dma-buf bound to the NIC. The CPU never sees
 * the bytes: an address in the message header is an offset in the dma-buf, which a control message
 * names (Documentation/networking/devmem.rst). The error queue says when the NIC is done with them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "datapath/compat_devmem.h"
#include "datapath/dmabuf.h"
#include "datapath/errqueue.h"
#include "datapath/path.h"
#include "datapath/sockets.h"
#include "nic/bind.h"

static int tx_devmem_prepare(struct flows *all)
{
	struct flow *f = &all->flow[0];
	const char *nic = f->config->options.nic;
	struct binding *b = calloc(1, sizeof(*b));
	char device[IF_NAMESIZE];
	char why[240];

	all->shared = b;
	if (!b)
		return flow_fail(f, "no memory left for the binding");
	if (!*nic && socket_device(f->fd, device))
		return flow_fail(f,
				 "cannot tell which device the connection goes over; say so with --nic");
	if (binding_tx(b, *nic ? nic : device, f->message->dmabuf->fd, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	return 0;
}

static void tx_devmem_release(struct flows *all)
{
	struct binding *b = all->shared;

	if (b)
		binding_close(b);
	free(b);
}

static int tx_devmem_open(struct flow *f)
{
	f->state = calloc(1, sizeof(struct errqueue));
	if (!f->state)
		return flow_fail(f, "no memory left for flow %u", f->number);
	return errqueue_open(f->state, f, f->fd);
}

static void tx_devmem_close(struct flow *f)
{
	free(f->state);
}

static int refused(struct errqueue *q, struct flow *f)
{
	switch (errno) {
	case EINTR:
		return 0;
	case ENOBUFS:
		return errqueue_refused(q, f);
	case ENODEV:
		return flow_unable(f,
				   "flow %u does not leave through the device that the memory is bound to; see 'ip route get', and give that device with --nic",
				   f->number);
	default:
		return flow_fail(f, "cannot send on flow %u: %s", f->number, strerror(errno));
	}
}

static int tx_devmem_run(struct flow *f)
{
	char control[CMSG_SPACE(sizeof(uint32_t))] __attribute__((aligned(8))) = {0};
	const struct binding *b = f->all->shared;
	struct errqueue *q = f->state;
	struct counters *c = &f->counters;
	struct iovec from = {0};
	struct msghdr msg = {
		.msg_iov = &from,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *m = CMSG_FIRSTHDR(&msg);
	uint64_t position = 0;
	size_t offset = 0;

	m->cmsg_level = SOL_SOCKET;
	m->cmsg_type = SO_DEVMEM_DMABUF;
	m->cmsg_len = CMSG_LEN(sizeof(b->id));
	memcpy(CMSG_DATA(m), &b->id, sizeof(b->id));
	while (!flow_told(f) && (from.iov_len = flow_chunk(f, position, offset))) {
		ssize_t sent;

		if (errqueue_room(q, f, from.iov_len))
			return -1;
		/* What an address is to sendmsg() is an offset in the dma-buf to the kernel. */
		from.iov_base = (void *)offset; // NOLINT(performance-no-int-to-ptr)
		sent = sendmsg(f->fd, &msg, MSG_ZEROCOPY | MSG_NOSIGNAL);
		count(&c->call[CALL_sendmsg], 1);
		if (sent < 0) {
			if (refused(q, f))
				return -1;
			continue;
		}
		errqueue_sent(q, sent);
		position += sent;
		offset += sent;
		if (offset == f->message->size)
			offset = 0;
		count(&c->bytes, sent);
	}
	return errqueue_finish(q, f);
}

static bool tx_devmem_able(char *why, size_t size)
{
	return binding_able(true, why, size) && dmabuf_any(why, size);
}

const struct path path_tx_devmem = {
	.name = "devmem",
	.end = END_TX,
	.what = "sendmsg(2) of memory that the NIC reads: a dma-buf bound to it",
	.calls = BIT(CALL_sendmsg) | BIT(CALL_recvmsg) | BIT(CALL_poll),
	.events = BIT(EVENT_notifications) | BIT(EVENT_enobufs) | BIT(EVENT_errqueue_stalls),
	.message = MESSAGE_IN_DMABUF,
	.able = tx_devmem_able,
	.prepare = tx_devmem_prepare,
	.open = tx_devmem_open,
	.run = tx_devmem_run,
	.close = tx_devmem_close,
	.release = tx_devmem_release,
};
