// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/lease.h"

#include <net/if.h>
#include <unistd.h>

#include "nic/netdev.h"

#define LOOK_MS 20

struct search {
	const cpu_set_t *queues;
	struct lease found;
};

static void take(void *data, const struct netdev_queue *q)
{
	struct search *s = data;
	const char *holder = q->direction == NETDEV_RX ? netdev_lease(q) : NULL;

	if (!holder || s->found.holder)
		return;
	if (!s->queues || (q->id < CPU_SETSIZE && CPU_ISSET(q->id, s->queues)))
		s->found = (struct lease){q->id, holder};
}

struct lease lease_first(const char *iface, const cpu_set_t *queues)
{
	struct search search = {.queues = queues};
	unsigned int ifindex = if_nametoindex(iface);
	struct genl g;

	if (!genl_open(&g, NETDEV_FAMILY) && ifindex)
		netdev_queues(&g, ifindex, take, &search);
	genl_close(&g);
	return search.found;
}

struct lease lease_wait(const char *iface, const cpu_set_t *queues, unsigned int patience_ms)
{
	struct lease found = lease_first(iface, queues);

	for (unsigned int waited = 0; found.holder && waited < patience_ms; waited += LOOK_MS) {
		usleep(LOOK_MS * 1000);
		found = lease_first(iface, queues);
	}
	return found;
}
