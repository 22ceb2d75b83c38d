// SPDX-License-Identifier: GPL-2.0-or-later
/* tx copy: send(2), which copies the message into socket buffers. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "datapath/calls.h"
#include "datapath/files.h"
#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/short_flows.h"
#include "datapath/udp.h"
#include "datapath/udp_rpc.h"

static int tx_copy_run(struct flow *f)
{
	const struct message *message = f->message;
	struct counters *c = &f->counters;
	uint64_t position = 0;
	size_t offset = 0;
	size_t chunk;

	while (!flow_told(f) && (chunk = flow_chunk(f, position, offset))) {
		ssize_t sent = call_send(f->fd, message->at + offset, chunk, MSG_NOSIGNAL);

		count(&c->call[CALL_sendto], 1);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return flow_fail(f, "cannot send on flow %u: %s", f->number,
					 strerror(errno));
		position += sent;
		offset += sent;
		if (offset == message->size)
			offset = 0;
		count(&c->bytes_copied, sent);
		count(&c->bytes, sent);
		count(&c->event[EVENT_sends], 1);
	}
	return 0;
}

/* The message is a request; what is left of one lies at its end. */
static int tx_copy_rpc(struct flow *f)
{
	const unsigned char *end = f->message->at + f->message->size;
	struct counters *c = &f->counters;

	files_own(f, -1);
	while (rpc_goes_on(f)) {
		size_t due = rpc_due(f);
		ssize_t sent;

		if (!due) {
			if (rpc_wait(f))
				return -1;
			continue;
		}
		sent = call_send(f->fd, end - due, due, MSG_DONTWAIT | MSG_NOSIGNAL);
		count(&c->call[CALL_sendto], 1);
		if (sent < 0 && errno == EAGAIN) {
			rpc_full(f);
			continue;
		}
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return flow_fail(f, "cannot send on flow %u: %s", f->number,
					 strerror(errno));
		rpc_sent(f, sent);
		count(&c->bytes_copied, sent);
		count(&c->bytes, sent);
		count(&c->event[EVENT_sends], 1);
	}
	return 0;
}

static int tx_copy_open(struct flow *f)
{
	return rpc_open(f) || udp_open(f) || udp_rpc_open(f) ? -1 : 0;
}

static void tx_copy_close(struct flow *f)
{
	udp_rpc_close(f);
	rpc_close(f);
	udp_close(f);
}

static uint64_t tx_copy_memory(const struct config *config)
{
	return udp_send_memory(config) + udp_rpc_memory(config);
}

const struct path path_tx_copy = {
	.name = "copy",
	.end = END_TX,
	.what = "send(2); the kernel copies",
	.calls = BIT(CALL_sendto),
	.rpc_calls = BIT(CALL_recvfrom) | BIT(CALL_ppoll),
	.events = BIT(EVENT_sends),
	.flow_memory = tx_copy_memory,
	.open = tx_copy_open,
	.run = tx_copy_run,
	.rpc = tx_copy_rpc,
	.udp = udp_send,
	.udp_calls = UDP_SEND_CALLS,
	.udp_rpc = udp_query,
	.udp_rpc_calls = UDP_QUERY_CALLS,
	.reconnect = short_flows_ask,
	.reconnect_calls = SHORT_FLOWS_ASK,
	.close = tx_copy_close,
};
