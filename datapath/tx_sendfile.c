// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tx sendfile: sendfile(2) from a memory file. The pages of the page cache become the socket's by
 * reference, where the device can gather; else TCP copies them (tcp_sendmsg_locked() asks for
 * NETIF_F_SG before it takes MSG_SPLICE_PAGES). Nobody reports it per call, so the device is asked.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>

#include "datapath/path.h"
#include "datapath/rpc.h"
#include "datapath/sockets.h"

struct tx_sendfile {
	bool gathers;
};

static int tx_sendfile_open(struct flow *f)
{
	struct ethtool_value value = {.cmd = ETHTOOL_GSG};
	struct ifreq request = {.ifr_data = (char *)&value};
	struct tx_sendfile *s = calloc(1, sizeof(*s));

	f->state = s;
	if (!s)
		return flow_fail(f, "no memory left for flow %u", f->number);
	if (!f->copies_unknown &&
	    (socket_device(f->fd, request.ifr_name) || ioctl(f->fd, SIOCETHTOOL, &request)))
		f->copies_unknown = "whether the device gathers cannot be asked";
	s->gathers = value.data;
	return rpc_open(f);
}

static void tx_sendfile_close(struct flow *f)
{
	rpc_close(f);
	free(f->state);
}

static int tx_sendfile_run(struct flow *f)
{
	const struct tx_sendfile *s = f->state;
	const struct message *message = f->message;
	struct counters *c = &f->counters;
	uint64_t *moved = s->gathers ? &c->bytes_zerocopy : &c->bytes_copied;
	uint64_t position = 0;
	off_t offset = 0;
	size_t chunk;

	while (!flow_told(f) && (chunk = flow_chunk(f, position, offset))) {
		ssize_t sent = sendfile(f->fd, message->file, &offset, chunk);

		count(&c->call[CALL_sendfile], 1);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return flow_fail(f, "cannot send on flow %u: %s", f->number,
					 sent ? strerror(errno) : "the memory file has ended");
		position += sent;
		if ((size_t)offset == message->size)
			offset = 0;
		count(moved, sent);
		count(&c->bytes, sent);
	}
	return 0;
}

/* As tx copy; but sendfile(2) has no flag that keeps it from waiting, so the socket does not block. */
static int tx_sendfile_rpc(struct flow *f)
{
	const struct tx_sendfile *s = f->state;
	const struct message *message = f->message;
	struct counters *c = &f->counters;
	uint64_t *moved = s->gathers ? &c->bytes_zerocopy : &c->bytes_copied;

	f->rpc->polls = true;
	if (socket_blocking(f->fd, false))
		return flow_fail(f, "cannot set the mode of flow %u: %s", f->number,
				 strerror(errno));
	while (rpc_goes_on(f)) {
		size_t due = rpc_due(f);
		off_t offset = message->size - due;
		ssize_t sent;

		if (!due) {
			if (rpc_wait(f))
				return -1;
			continue;
		}
		sent = sendfile(f->fd, message->file, &offset, due);
		count(&c->call[CALL_sendfile], 1);
		if (sent < 0 && errno == EAGAIN) {
			rpc_full(f);
			continue;
		}
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return flow_fail(f, "cannot send on flow %u: %s", f->number,
					 sent ? strerror(errno) : "the memory file has ended");
		rpc_sent(f, sent);
		count(moved, sent);
		count(&c->bytes, sent);
	}
	return 0;
}

const struct path path_tx_sendfile = {
	.name = "sendfile",
	.end = END_TX,
	.what = "sendfile(2) from a memory file; pages by reference, where the device can gather",
	.calls = BIT(CALL_sendfile),
	.rpc_calls = BIT(CALL_recvfrom) | BIT(CALL_ppoll),
	.message = MESSAGE_IN_FILE,
	.open = tx_sendfile_open,
	.run = tx_sendfile_run,
	.rpc = tx_sendfile_rpc,
	.close = tx_sendfile_close,
};
