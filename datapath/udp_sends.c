// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/udp_sends.h"

#include <stdlib.h>

#include "datapath/udp.h"

int udp_sends_open(struct udp_sends *s, struct flow *f, bool zerocopy, unsigned int slots,
		   unsigned int requests, unsigned int completions)
{
	const struct options *option = &f->config->options;

	s->depth = option->depth;
	s->zerocopy = zerocopy;
	s->fixed = zerocopy && !option->plain_buffers;
	s->sent_ns = calloc(slots, sizeof(*s->sent_ns));
	if (!s->sent_ns)
		return flow_fail(f, "no memory left for flow %u", f->number);
	/* A slot has a completion and a notification at most. */
	if (uring_open(&s->uring, f, s->depth + requests, 2 * slots + completions))
		return -1;
	return zerocopy ? delays_open(f) : 0;
}

int udp_sends_register(struct udp_sends *s, struct flow *f, const struct memory *memory)
{
	return s->fixed ? uring_register(&s->uring, f, memory->at, memory->size) : 0;
}

int udp_sends_count(struct udp_sends *s, struct flow *f, const struct udp_done *d, uint64_t bytes)
{
	struct counters *c = &f->counters;

	s->unnotified -= d->notifications;
	count(&c->event[EVENT_notifications], d->notifications);
	count(&c->bytes_copied, (s->zerocopy ? d->copied : d->sends) * bytes);
	count(&c->bytes_zerocopy, (d->notifications - d->copied) * bytes);
	return d->error ? udp_refused(f, d->error) : 0;
}

void udp_sends_close(struct udp_sends *s)
{
	uring_close(&s->uring);
	free(s->sent_ns);
	s->sent_ns = NULL;
}
