// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/rss.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/lease.h"

int rss_queues(const struct ethtool *e, unsigned int *count)
{
	struct ethtool_rxnfc ask = {.cmd = ETHTOOL_GRXRINGS};
	int error = ethtool_ask(e, &ask);

	*count = ask.data;
	return error;
}

int rss_get(const struct ethtool *e, struct rss_table *t)
{
	struct ethtool_rxfh_indir size = {.cmd = ETHTOOL_GRXFHINDIR};
	struct ethtool_rxfh_indir *table;
	int error = ethtool_ask(e, &size);

	*t = (struct rss_table){0};
	if (error)
		return error;
	if (!size.size)
		return -EOPNOTSUPP;
	table = calloc(1, sizeof(*table) + size.size * sizeof(table->ring_index[0]));
	t->queue = calloc(size.size, sizeof(*t->queue));
	if (!table || !t->queue) {
		error = -ENOMEM;
	} else {
		table->cmd = ETHTOOL_GRXFHINDIR;
		table->size = size.size;
		error = ethtool_ask(e, table);
		t->count = size.size;
		memcpy(t->queue, table->ring_index, size.size * sizeof(*t->queue));
	}
	free(table);
	if (error) {
		free(t->queue);
		t->queue = NULL;
	}
	return error;
}

bool rss_avoid(struct rss_table *t, unsigned int queues, const cpu_set_t *avoid)
{
	unsigned int next = 0;
	unsigned int left = 0;

	for (unsigned int q = 0; q < queues && q < CPU_SETSIZE; q++)
		left += !CPU_ISSET(q, avoid);
	if (!left)
		return false;
	for (unsigned int i = 0; i < t->count; i++) {
		if (t->queue[i] >= CPU_SETSIZE || !CPU_ISSET(t->queue[i], avoid))
			continue;
		while (CPU_ISSET(next % queues, avoid))
			next++;
		t->queue[i] = next++ % queues;
	}
	return true;
}

/* Then the kernel counts it as not configured by anyone, as it was. */
static bool is_default(const struct ethtool *e, const struct rss_table *t)
{
	unsigned int queues;

	if (rss_queues(e, &queues) || !queues)
		return false;
	for (unsigned int i = 0; i < t->count; i++)
		if (t->queue[i] != i % queues)
			return false;
	return true;
}

int rss_set(const struct ethtool *e, const struct rss_table *t)
{
	unsigned int count = is_default(e, t) ? 0 : t->count;
	struct ethtool_rxfh_indir *table =
		calloc(1, sizeof(*table) + count * sizeof(table->ring_index[0]));
	int error;

	if (!table)
		return -ENOMEM;
	table->cmd = ETHTOOL_SRXFHINDIR;
	table->size = count;
	memcpy(table->ring_index, t->queue, count * sizeof(*t->queue));
	error = ethtool_ask(e, table);
	free(table);
	return error;
}

char *rss_print(const struct rss_table *t)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (unsigned int i = 0; out && i < t->count; i++)
		fprintf(out, i ? " %u" : "%u", t->queue[i]);
	return out && !fclose(out) ? text : NULL;
}

/* The queues of a table that are not in the device's own. */
static void find_new(const struct ethtool *e, const struct rss_table *t, cpu_set_t *queues)
{
	struct rss_table now;

	CPU_ZERO(queues);
	for (unsigned int i = 0; i < t->count; i++)
		if (t->queue[i] < CPU_SETSIZE)
			CPU_SET(t->queue[i], queues);
	if (rss_get(e, &now))
		return;
	for (unsigned int i = 0; i < now.count; i++)
		if (now.queue[i] < CPU_SETSIZE)
			CPU_CLR(now.queue[i], queues);
	free(now.queue);
}

/* Not before its memory is gone: other traffic's programs could not read what comes to it. */
static int give_queues_back(const struct ethtool *e, const struct rss_table *t)
{
	cpu_set_t queues;

	find_new(e, t, &queues);
	if (lease_wait(e->iface, &queues, LEASE_PATIENCE_MS).holder)
		return -EADDRINUSE;
	return rss_set(e, t);
}

int rss_put_back(const char *iface, const char *text)
{
	struct rss_table t = {.queue = calloc(strlen(text) / 2 + 1, sizeof(*t.queue))};
	struct ethtool e;
	char *end;
	int error = t.queue ? ethtool_open(&e, iface) : -ENOMEM;

	for (; !error; text = end, t.count++) {
		unsigned long queue = strtoul(text, &end, 10);

		if (end == text)
			break;
		t.queue[t.count] = queue;
	}
	if (!error) {
		/* An empty table would be the driver's own. */
		error = t.count ? give_queues_back(&e, &t) : -EINVAL;
		ethtool_close(&e);
	}
	free(t.queue);
	return error;
}
