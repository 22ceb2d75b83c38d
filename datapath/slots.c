// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/slots.h"

#include <stdlib.h>
#include <string.h>

#include "datapath/udp.h"

int slots_open(struct slots *s, struct flow *f, unsigned int count, size_t datagram,
	       unsigned int datagrams)
{
	char why[200];

	*s = (struct slots){
		.bytes = datagrams * datagram,
		.count = count,
		.free = calloc(count, sizeof(*s->free)),
	};
	if (!s->free)
		return flow_fail(f, "no memory left for flow %u", f->number);
	if (memory_get(&s->memory, count * s->bytes, f->config->options.hugepages, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	for (size_t at = 0; at < s->memory.size; at += datagram)
		memcpy((char *)s->memory.at + at + UDP_NUMBER, f->message->at,
		       datagram - UDP_NUMBER);
	while (count)
		slots_give(s, --count);
	return 0;
}

void slots_close(struct slots *s)
{
	memory_free(&s->memory);
	free(s->free);
	s->free = NULL;
}
