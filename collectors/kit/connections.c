// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/connections.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "bpf/connections.skel.h"
#include "collectors/kit/bpf_load.h"

struct connections {
	struct connections_bpf *bpf;
};

int connections_open(struct connections **connections, const struct measurement *run, char *why,
		     size_t why_size)
{
	struct connections *c = calloc(1, sizeof(*c));

	*connections = NULL;
	if (!c) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	bpf_quiet();
	c->bpf = connections_bpf__open();
	if (!c->bpf)
		bpf_refused(errno, "opening the programs of connections", why, why_size);
	if (!c->bpf || bpf_run_scope((void *)c->bpf->rodata->run_scope, run, why, why_size) ||
	    bpf_load(c->bpf->skeleton, "connections", why, why_size) ||
	    bpf_attach(c->bpf->skeleton, "connections", why, why_size)) {
		connections_close(c);
		return -1;
	}
	*connections = c;
	return 0;
}

struct connections_sum connections_sum(const struct connections *c, enum record_end end)
{
	return c->bpf->bss->sums[end];
}

/* Of two ends each takes its own: the others stay. */
void connections_take(struct connections *c, enum record_end end, connections_fn on_closed,
		      void *data)
{
	int fd = bpf_map__fd(c->bpf->maps.closed_ones);
	struct connections_closed closed;
	__u64 cookie, next;
	bool more = !bpf_map_get_next_key(fd, NULL, &cookie);

	while (more) {
		more = !bpf_map_get_next_key(fd, &cookie, &next);
		if (!bpf_map_lookup_elem(fd, &cookie, &closed) && closed.end == end) {
			/* At once, lest another of the same socket's be lost between the two. */
			if (bpf_map_lookup_and_delete_elem(fd, &cookie, &closed))
				bpf_map_delete_elem(fd, &cookie);
			on_closed(data, cookie, &closed);
		}
		cookie = next;
	}
}

struct connections_sum connections_nobodys(const struct connections *c, uint16_t port)
{
	struct connections_sum sum = {0};
	__u32 key = htons(port);

	bpf_map_lookup_elem(bpf_map__fd(c->bpf->maps.nobodys), &key, &sum);
	return sum;
}

uint64_t connections_full(const struct connections *c)
{
	return c->bpf->bss->full;
}

void connections_close(struct connections *c)
{
	if (!c)
		return;
	connections_bpf__destroy(c->bpf);
	free(c);
}
