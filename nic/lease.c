// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/lease.h"

#include <net/if.h>
#include <unistd.h>

#include "nic/netdev.h"
#include "record/patience.h"

#define LOOK_MS 20

struct each {
	void (*take)(void *data, struct lease l);
	void *data;
};

static void take_queue(void *data, const struct netdev_queue *q)
{
	const struct each *each = data;
	const char *holder = q->direction == NETDEV_RX ? netdev_lease(q) : NULL;

	if (holder)
		each->take(each->data, (struct lease){q->id, holder, q->leased, q->lessee,
						      q->lessee_queue, q->lessee_netns});
}

void lease_each(const char *iface, void (*take)(void *data, struct lease l), void *data)
{
	struct each each = {take, data};
	unsigned int ifindex = if_nametoindex(iface);
	struct genl g;

	if (!genl_open(&g, NETDEV_FAMILY) && ifindex)
		netdev_queues(&g, ifindex, take_queue, &each);
	genl_close(&g);
}

struct search {
	const cpu_set_t *queues;
	struct lease found;
};

static void take_first(void *data, struct lease l)
{
	struct search *s = data;

	if (!s->found.holder &&
	    (!s->queues || (l.queue < CPU_SETSIZE && CPU_ISSET(l.queue, s->queues))))
		s->found = l;
}

static struct lease first(const char *iface, const cpu_set_t *queues)
{
	struct search search = {.queues = queues};

	lease_each(iface, take_first, &search);
	return search.found;
}

struct lease lease_wait(const char *iface, const cpu_set_t *queues, unsigned int patience_ms)
{
	struct lease found = first(iface, queues);

	patience_ms *= patience_times();
	for (unsigned int waited = 0; found.holder && waited < patience_ms; waited += LOOK_MS) {
		usleep(LOOK_MS * 1000);
		found = first(iface, queues);
	}
	return found;
}
