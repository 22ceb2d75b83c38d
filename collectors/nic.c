// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The counters of the ends' devices: those that every device has, by rtnetlink, the driver's own,
 * by ethtool, and those of each queue, by netdev netlink. Each end has its sockets in its own
 * namespace.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "collectors/kit/devices.h"
#include "collectors/kit/unique.h"
#include "collectors/list.h"
#include "collectors/nic_queues.h"
#include "nic/counters.h"
#include "nic/ethtool.h"
#include "nic/rings.h"
#include "nic/netlink.h"

static const char *const link_names[] = {
	"rx_packets",
	"tx_packets",
	"rx_bytes",
	"tx_bytes",
	"rx_errors",
	"tx_errors",
	"rx_dropped",
	"tx_dropped",
	"multicast",
	"collisions",
	"rx_length_errors",
	"rx_over_errors",
	"rx_crc_errors",
	"rx_frame_errors",
	"rx_fifo_errors",
	"rx_missed_errors",
	"tx_aborted_errors",
	"tx_carrier_errors",
	"tx_fifo_errors",
	"tx_heartbeat_errors",
	"tx_window_errors",
	"rx_compressed",
	"tx_compressed",
	"rx_nohandler",
	"rx_otherhost_dropped", /* from 5.19 */
};

/* All members of struct rtnl_link_stats64 are __u64, in the order of the names. */
#define LINK_STATS (sizeof(link_names) / sizeof(*link_names))

struct device {
	enum record_end end;
	unsigned int index;
	struct netlink netlink;
	struct ethtool ethtool;
	struct rings rings; /* as they were at the beginning */
	bool rings_known;
	size_t link_count; /* how many this kernel has */
	union {
		struct rtnl_link_stats64 stats;
		uint64_t at[LINK_STATS];
	} link[EDGE_COUNT];
	bool driver_counts; /* it has statistics of its own */
	struct ethtool_counters driver[EDGE_COUNT];
	struct nic_queues *queues; /* NULL: the driver does not count by queue */
};

struct nic {
	size_t count;
	struct device device[DEVICES_MAX];
};

/* In the device's namespace. */
static int open_device(struct device *d, const char *iface)
{
	int error;

	d->index = if_nametoindex(iface);
	if (!d->index)
		return -errno;
	error = netlink_open(&d->netlink, NETLINK_ROUTE);
	if (!error)
		error = ethtool_open(&d->ethtool, iface);
	if (error)
		return error;
	d->queues = nic_queues_open(d->index);
	d->rings_known = !rings_get(iface, &d->rings);
	/* Not to have statistics of its own is no failure of a driver. */
	d->driver_counts = !ethtool_counters_read(&d->ethtool, &d->driver[EDGE_OPEN]);
	return 0;
}

static int add_device(void *data, enum record_end end, const char *iface)
{
	struct nic *n = data;
	struct device *d = &n->device[n->count++];

	d->end = end;
	return open_device(d, iface);
}

static int nic_open(void **state, const struct measurement *run, const char **means, char *why,
		    size_t why_size)
{
	struct nic *n = calloc(1, sizeof(*n));
	bool by_queue = false;

	*state = n;
	if (!n) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	for (int i = 0; i < DEVICES_MAX; i++)
		n->device[i].ethtool.fd = -1;
	if (devices_each(run, add_device, n, why, why_size) < 0)
		return -1;
	for (size_t i = 0; i < n->count; i++)
		by_queue = by_queue || n->device[i].queues;
	*means = by_queue ? "rtnetlink, ethtool and netdev netlink" : "rtnetlink and ethtool";
	return 0;
}

static int nic_snapshot(void *state, enum edge edge)
{
	struct nic *n = state;
	int result = 0;

	for (size_t i = 0; i < n->count; i++) {
		struct device *d = &n->device[i];
		ssize_t len = counters_read(&d->netlink, d->index, &d->link[edge].stats);

		if (len < 0)
			result = -1;
		else
			d->link_count = len / sizeof(uint64_t);
		if (d->driver_counts && ethtool_counters_read(&d->ethtool, &d->driver[edge]))
			result = -1;
		if (d->queues && nic_queues_read(d->queues, edge))
			result = -1;
	}
	return result;
}

/* False: it went back, as where the device or its driver began anew. */
static bool link_grown(const struct device *d, size_t i, uint64_t *grown)
{
	uint64_t opened = d->link[EDGE_OPEN].at[i], closed = d->link[EDGE_CLOSE].at[i];

	*grown = closed - opened;
	return closed >= opened;
}

#define LINK_STAT(name) (offsetof(struct rtnl_link_stats64, name) / sizeof(uint64_t))

/* By the definitions in linux/if_link.h, which keep these apart. */
static void emit_drops(const struct device *d, struct writer *w)
{
	uint64_t dropped, missed, tx;

	if (link_grown(d, LINK_STAT(rx_dropped), &dropped) &&
	    link_grown(d, LINK_STAT(rx_missed_errors), &missed))
		writer_u64(w, WINDOW, d->end, METRIC_nic_dropped, "rx", dropped + missed);
	if (link_grown(d, LINK_STAT(tx_dropped), &tx))
		writer_u64(w, WINDOW, d->end, METRIC_nic_dropped, "tx", tx);
}

/* Once for all of them: a driver that began anew counts all from zero. */
static void emit_links(const struct device *d, struct writer *w)
{
	bool back = false;

	for (size_t i = 0; i < d->link_count && i < LINK_STATS; i++) {
		uint64_t grown;

		if (link_grown(d, i, &grown))
			writer_u64(w, WINDOW, d->end, METRIC_nic_statistic, link_names[i], grown);
		else
			back = true;
	}
	if (back)
		say_warning("counters of a device went back in the window, as where its driver begins anew: the record lacks those, and has too little of others");
}

static void emit_rings(const struct device *d, struct writer *w)
{
	if (!d->rings_known)
		return;
	writer_u64(w, WINDOW, d->end, METRIC_nic_ring, "rx", d->rings.rx);
	writer_u64(w, WINDOW, d->end, METRIC_nic_ring, "tx", d->rings.tx);
}

static bool has_statistic(const void *data, const char *name)
{
	const struct ethtool_names *names = data;
	char other[ETH_GSTRING_LEN + 1];

	for (unsigned int i = 0; i < names->count; i++)
		if (!strcmp(ethtool_name(names, i, other), name))
			return true;
	return false;
}

/* Drivers repeat names: the second stays the second, whichever of them moved. */
static void name_statistic(const struct ethtool_names *names, unsigned int i, char *name,
			   size_t size)
{
	char other[ETH_GSTRING_LEN + 1];
	unsigned int nth = 1;

	ethtool_name(names, i, name);
	for (unsigned int j = 0; j < i; j++)
		nth += !strcmp(ethtool_name(names, j, other), name);
	if (nth > 1)
		unique_name(name, size, nth, has_statistic, names);
}

static void emit_device(const struct device *d, struct writer *w)
{
	char key[ETH_GSTRING_LEN + 16] = "ethtool:";
	size_t prefix = strlen(key);
	const struct ethtool_counters *closed = &d->driver[EDGE_CLOSE];

	emit_links(d, w);
	emit_drops(d, w);
	emit_rings(d, w);
	if (d->queues)
		nic_queues_emit(d->queues, d->end, w);
	for (unsigned int i = 0; i < closed->names.count; i++) {
		const __u64 *before = ethtool_counters_find(&d->driver[EDGE_OPEN], closed, i);
		uint64_t after = closed->values->data[i];

		/* Drivers have thousands; those that did not move would only hide the others. */
		if (!before || after <= *before)
			continue;
		name_statistic(&closed->names, i, key + prefix, sizeof(key) - prefix);
		writer_u64(w, WINDOW, d->end, METRIC_nic_statistic, key, after - *before);
	}
}

static void nic_emit(void *state, struct writer *w)
{
	struct nic *n = state;

	for (size_t i = 0; i < n->count; i++)
		emit_device(&n->device[i], w);
}

static void nic_close(void *state)
{
	struct nic *n = state;

	for (size_t i = 0; n && i < n->count; i++) {
		struct device *d = &n->device[i];

		nic_queues_close(d->queues);
		netlink_close(&d->netlink);
		ethtool_close(&d->ethtool);
		ethtool_counters_free(&d->driver[EDGE_OPEN]);
		ethtool_counters_free(&d->driver[EDGE_CLOSE]);
	}
	free(n);
}

const struct collector_ops nic_collector = {
	.source = "nic",
	.what = "statistics of the devices, and of their drivers",
	.of_traffic = true,
	.open = nic_open,
	.snapshot = nic_snapshot,
	.emit = nic_emit,
	.repeats = true,
	.close = nic_close,
};
