// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The counters of the ends' devices: those that every device has, by rtnetlink, and the driver's
 * own, by ethtool. Each end has its sockets in its own namespace.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/list.h"
#include "nic/counters.h"
#include "nic/ethtool.h"
#include "nic/netlink.h"
#include "nic/netns.h"

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
	struct ethtool_names names; /* count 0: the driver has no statistics */
	size_t link_count;	    /* how many this kernel has */
	union {
		struct rtnl_link_stats64 stats;
		uint64_t at[LINK_STATS];
	} link[EDGE_COUNT];
	struct ethtool_stats *driver[EDGE_COUNT];
};

struct nic {
	size_t count;
	struct device device[2];
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
	/* Not to have statistics of its own is no failure of a driver. */
	if (ethtool_names(&d->ethtool, ETH_SS_STATS, &d->names))
		return 0;
	for (int edge = 0; edge < EDGE_COUNT; edge++) {
		d->driver[edge] =
			calloc(1, sizeof(struct ethtool_stats) + d->names.count * sizeof(uint64_t));
		if (!d->driver[edge])
			return -ENOMEM;
	}
	return 0;
}

static bool is_same_device(const struct target *a, const struct target *b)
{
	return target_here(a) && target_here(b) && !strcmp(a->iface, b->iface) &&
	       netns_inode(a->netns) == netns_inode(b->netns);
}

static int nic_open(void **state, const struct run *run, const char **means, char *why,
		    size_t why_size)
{
	struct nic *n = calloc(1, sizeof(*n));
	bool shared = is_same_device(&run->target[END_RX], &run->target[END_TX]);

	*state = n;
	if (!n) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	n->device[0].ethtool.fd = n->device[1].ethtool.fd = -1;
	for (int end = END_RX; end <= (shared ? END_RX : END_TX); end++) {
		const struct target *t = &run->target[end];
		struct device *d = &n->device[n->count];
		int previous = -1;
		int error;

		if (!target_here(t) || !t->iface[0])
			continue;
		if (t->netns >= 0)
			previous = netns_enter(t->netns);
		if (t->netns >= 0 && previous < 0) {
			snprintf(why, why_size, "cannot enter the namespace of %s: %s", t->iface,
				 strerror(-previous));
			return -1;
		}
		n->count++;
		d->end = shared ? END_HOST : (enum record_end)end;
		error = open_device(d, t->iface);
		if (previous >= 0)
			netns_leave(previous);
		if (error) {
			snprintf(why, why_size, "cannot ask for the counters of %s: %s", t->iface,
				 strerror(-error));
			return -1;
		}
	}
	if (!n->count) {
		snprintf(why, why_size, "no device of this machine is known to carry the traffic");
		return -1;
	}
	*means = "rtnetlink and ethtool";
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
		if (d->names.count && ethtool_stats(&d->ethtool, d->driver[edge], d->names.count))
			result = -1;
	}
	return result;
}

static void emit_device(const struct device *d, struct writer *w)
{
	char key[ETH_GSTRING_LEN + 16] = "ethtool:";
	size_t prefix = strlen(key);

	for (size_t i = 0; i < d->link_count && i < LINK_STATS; i++)
		writer_u64(w, WINDOW, d->end, METRIC_nic_statistic, link_names[i],
			   d->link[EDGE_CLOSE].at[i] - d->link[EDGE_OPEN].at[i]);
	for (unsigned int i = 0; i < d->names.count; i++) {
		uint64_t before = d->driver[EDGE_OPEN]->data[i];
		uint64_t after = d->driver[EDGE_CLOSE]->data[i];

		/* Drivers have thousands; those that did not move would only hide the others. */
		if (after <= before)
			continue;
		ethtool_name(&d->names, i, key + prefix);
		writer_u64(w, WINDOW, d->end, METRIC_nic_statistic, key, after - before);
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

		netlink_close(&d->netlink);
		ethtool_close(&d->ethtool);
		ethtool_names_free(&d->names);
		free(d->driver[EDGE_OPEN]);
		free(d->driver[EDGE_CLOSE]);
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
	.close = nic_close,
};
