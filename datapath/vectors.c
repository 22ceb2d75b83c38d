// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/vectors.h"

#include <stdlib.h>
#include <string.h>

/* Of each place where a send may begin: what is pinned is never written to again. */
static int copy_headers(struct vectors *v, const struct flow *f)
{
	size_t places = (f->message->size + v->stride - 1) / v->stride;

	v->headers = calloc(places, v->header);
	for (size_t i = 0; v->headers && i < places; i++) {
		size_t left = f->message->size - i * v->stride;

		memcpy(v->headers + i * v->header, f->message->at + i * v->stride,
		       left < v->header ? left : v->header);
	}
	return v->headers ? 0 : -1;
}

int vectors_open(struct vectors *v, struct flow *f, unsigned int count)
{
	const struct options *option = &f->config->options;

	if (!option->vectored)
		return 0;
	*v = (struct vectors){
		.at = calloc(count, sizeof(*v->at)),
		.count = count,
		.header = option->header,
		.stride = option->write,
	};
	/* A datagram's first bytes hold its number, and lie in its slot. */
	if (!v->at || (v->header && !f->all->datagram && copy_headers(v, f)))
		return flow_fail(f, "no memory left for flow %u", f->number);
	return 0;
}

void vectors_close(struct vectors *v)
{
	free(v->at);
	free(v->headers);
	*v = (struct vectors){.at = NULL};
}
