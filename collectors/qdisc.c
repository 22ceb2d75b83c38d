// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the queueing disciplines of the ends' devices did: packets that they dropped, and times that their rate let
 * nothing through. By rtnetlink, as tc -s qdisc has it (include/uapi/linux/gen_stats.h).
 */
#include <net/if.h> /* before those of linux, which then leave out what it has */

#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/kit/devices.h"
#include "collectors/list.h"
#include "nic/netlink.h"

/* A device of many queues has one for each beneath its mq; those beyond are not counted. */
#define DISCIPLINES_MAX 256

struct discipline {
	uint32_t handle, parent;
	char kind[16];
	uint32_t packets, drops, requeues, overlimits;
};

struct device {
	enum record_end end;
	int index;
	struct netlink netlink;
	size_t count[EDGE_COUNT];
	struct discipline at[EDGE_COUNT][DISCIPLINES_MAX];
};

struct qdisc {
	size_t count;
	struct device *device[DEVICES_MAX];
};

static int add_device(void *data, enum record_end end, const char *iface)
{
	struct qdisc *q = data;
	struct device *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	q->device[q->count++] = d;
	d->end = end;
	d->index = (int)if_nametoindex(iface);
	return d->index ? netlink_open(&d->netlink, NETLINK_ROUTE) : -errno;
}

static int qdisc_open(void **state, const struct measurement *run, const char **means, char *why,
		      size_t why_size)
{
	struct qdisc *q = calloc(1, sizeof(*q));

	*state = q;
	if (!q) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	*means = "rtnetlink";
	return devices_each(run, add_device, q, why, why_size) < 0 ? -1 : 0;
}

static void take_stats(struct discipline *d, const struct nlattr *stats)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, stats)
	{
		const void *at = mnl_attr_get_payload(attr);
		size_t len = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) == TCA_STATS_BASIC &&
		    len >= sizeof(struct gnet_stats_basic)) {
			struct gnet_stats_basic basic;

			memcpy(&basic, at, sizeof(basic));
			d->packets = basic.packets;
		} else if (mnl_attr_get_type(attr) == TCA_STATS_QUEUE &&
			   len >= sizeof(struct gnet_stats_queue)) {
			struct gnet_stats_queue queue;

			memcpy(&queue, at, sizeof(queue));
			d->drops = queue.drops;
			d->requeues = queue.requeues;
			d->overlimits = queue.overlimits;
		}
	}
}

struct taking {
	struct device *device;
	enum edge edge;
};

static int take_discipline(const struct nlmsghdr *nlh, void *data)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	const struct taking *t = data;
	size_t *count = &t->device->count[t->edge];
	struct discipline *d = &t->device->at[t->edge][*count];
	const struct nlattr *attr;

	if (tc->tcm_ifindex != t->device->index || *count == DISCIPLINES_MAX)
		return MNL_CB_OK;
	*d = (struct discipline){.handle = tc->tcm_handle, .parent = tc->tcm_parent};
	mnl_attr_for_each(attr, nlh, sizeof(*tc))
	{
		if (mnl_attr_get_type(attr) == TCA_KIND &&
		    !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			snprintf(d->kind, sizeof(d->kind), "%s", mnl_attr_get_str(attr));
		else if (mnl_attr_get_type(attr) == TCA_STATS2)
			take_stats(d, attr);
	}
	++*count;
	return MNL_CB_OK;
}

static int qdisc_snapshot(void *state, enum edge edge)
{
	struct qdisc *q = state;
	int result = 0;

	for (size_t i = 0; i < q->count; i++) {
		struct device *d = q->device[i];
		struct taking t = {d, edge};
		struct nlmsghdr *nlh = netlink_begin(&d->netlink, RTM_GETQDISC, NLM_F_DUMP);
		struct tcmsg *tc = mnl_nlmsg_put_extra_header(nlh, sizeof(*tc));

		d->count[edge] = 0;
		tc->tcm_family = AF_UNSPEC;
		tc->tcm_ifindex = d->index;
		if (netlink_ask(&d->netlink, take_discipline, &t))
			result = -1;
	}
	return result;
}

/* The same in the other snapshot; NULL where it was replaced in the window. */
static const struct discipline *opened_as(const struct device *d, const struct discipline *closed)
{
	for (size_t i = 0; i < d->count[EDGE_OPEN]; i++) {
		const struct discipline *one = &d->at[EDGE_OPEN][i];

		if (one->handle == closed->handle && one->parent == closed->parent &&
		    !strcmp(one->kind, closed->kind))
			return one;
	}
	return NULL;
}

/* The kernel's counters have 32 bits, and so has the difference. */
static void emit_discipline(const struct device *d, const struct discipline *closed,
			    struct writer *w)
{
	const struct discipline *opened = opened_as(d, closed);
	char key[48];

	if (!opened)
		return;
	/* What the kernel makes by itself has no number, and is told by where it hangs. */
	snprintf(key, sizeof(key), "%s %x:%x", closed->kind,
		 (closed->handle ? closed->handle : closed->parent) >> 16,
		 closed->handle ? 0 : closed->parent & 0xffff);
	writer_u64(w, WINDOW, d->end, METRIC_qdisc_packets, key, closed->packets - opened->packets);
	writer_u64(w, WINDOW, d->end, METRIC_qdisc_dropped, key, closed->drops - opened->drops);
	writer_u64(w, WINDOW, d->end, METRIC_qdisc_requeues, key,
		   closed->requeues - opened->requeues);
	writer_u64(w, WINDOW, d->end, METRIC_qdisc_overlimits, key,
		   closed->overlimits - opened->overlimits);
}

static void qdisc_emit(void *state, struct writer *w)
{
	const struct qdisc *q = state;

	for (size_t i = 0; i < q->count; i++)
		for (size_t j = 0; j < q->device[i]->count[EDGE_CLOSE]; j++)
			emit_discipline(q->device[i], &q->device[i]->at[EDGE_CLOSE][j], w);
}

static void qdisc_close(void *state)
{
	struct qdisc *q = state;

	for (size_t i = 0; q && i < q->count; i++) {
		netlink_close(&q->device[i]->netlink);
		free(q->device[i]);
	}
	free(q);
}

const struct collector_ops qdisc_collector = {
	.source = "qdisc",
	.what = "packets that the devices' queueing disciplines dropped or held back",
	.open = qdisc_open,
	.snapshot = qdisc_snapshot,
	.emit = qdisc_emit,
	.repeats = true,
	.close = qdisc_close,
};
