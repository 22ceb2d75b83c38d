// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/nic_queues.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/netdev.h"

struct nic_queues {
	struct genl genl;
	unsigned int ifindex;
	enum edge edge; /* which is being read */
	bool full;
	struct {
		struct netdev_queue_stats *at;
		size_t count, room;
	} read[EDGE_COUNT];
};

static void keep(void *data, const struct netdev_queue_stats *s)
{
	struct nic_queues *q = data;
	enum edge edge = q->edge;

	if (q->read[edge].count == q->read[edge].room) {
		size_t room = q->read[edge].room ? 2 * q->read[edge].room : 64;
		struct netdev_queue_stats *grown =
			reallocarray(q->read[edge].at, room, sizeof(*grown));

		if (!grown) {
			q->full = true;
			return;
		}
		q->read[edge].at = grown;
		q->read[edge].room = room;
	}
	q->read[edge].at[q->read[edge].count++] = *s;
}

int nic_queues_read(struct nic_queues *q, enum edge edge)
{
	q->edge = edge;
	q->read[edge].count = 0;
	if (netdev_queue_stats(&q->genl, q->ifindex, keep, q))
		return -1;
	return q->full ? -1 : 0;
}

struct nic_queues *nic_queues_open(unsigned int ifindex)
{
	struct nic_queues *q = calloc(1, sizeof(*q));
	bool counted = false;

	if (!q)
		return NULL;
	q->ifindex = ifindex;
	/* Read at both "edges" once, so that no memory has to be found at the real ones. */
	if (!genl_open(&q->genl, NETDEV_FAMILY) && !nic_queues_read(q, EDGE_OPEN) &&
	    !nic_queues_read(q, EDGE_CLOSE))
		counted = q->read[EDGE_OPEN].count;
	if (counted)
		return q;
	nic_queues_close(q);
	return NULL;
}

static const struct netdev_queue_stats *find(const struct nic_queues *q,
					     const struct netdev_queue_stats *like)
{
	for (size_t i = 0; i < q->read[EDGE_OPEN].count; i++) {
		const struct netdev_queue_stats *s = &q->read[EDGE_OPEN].at[i];

		if (s->queue == like->queue && s->direction == like->direction)
			return s;
	}
	return NULL;
}

void nic_queues_emit(const struct nic_queues *q, enum record_end end, struct writer *w)
{
	for (size_t i = 0; i < q->read[EDGE_CLOSE].count; i++) {
		const struct netdev_queue_stats *now = &q->read[EDGE_CLOSE].at[i];
		const struct netdev_queue_stats *was = find(q, now);

		for (int stat = 0; was && stat < QUEUE_STATS; stat++) {
			uint64_t grown = now->at[stat] - was->at[stat];
			char key[64];

			if (!(now->known & was->known & (1ULL << stat)))
				continue;
			/* Packets and bytes always; of the others only those that moved. */
			if (now->at[stat] < was->at[stat] || (!grown && stat >= QUEUE_STATS_PACKETS))
				continue;
			snprintf(key, sizeof(key), "%s-%u/%s",
				 now->direction == NETDEV_RX ? "rx" : "tx", now->queue,
				 netdev_queue_stat_name[stat]);
			writer_u64(w, WINDOW, end, METRIC_nic_queue_statistic, key, grown);
		}
	}
}

void nic_queues_close(struct nic_queues *q)
{
	if (!q)
		return;
	genl_close(&q->genl);
	free(q->read[EDGE_OPEN].at);
	free(q->read[EDGE_CLOSE].at);
	free(q);
}
