// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the queueing disciplines of the ends' devices did: packets that they dropped, and times that their rate let
 * nothing through. By rtnetlink, as tc -s qdisc has it (include/uapi/linux/gen_stats.h).
 */
#include <net/if.h> /* before those of linux, which then leave out what it has */

#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/kit/devices.h"
#include "collectors/list.h"
#include "nic/netlink.h"

/* A device of many queues has one for each beneath its mq; those beyond are not counted. */
#define DISCIPLINES_MAX 256

struct counts {
	uint32_t packets, drops, requeues, overlimits;
};

struct discipline {
	uint32_t handle, parent;
	char kind[16];
	struct counts counted;
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
			d->counted.packets = basic.packets;
		} else if (mnl_attr_get_type(attr) == TCA_STATS_QUEUE &&
			   len >= sizeof(struct gnet_stats_queue)) {
			struct gnet_stats_queue queue;

			memcpy(&queue, at, sizeof(queue));
			d->counted.drops = queue.drops;
			d->counted.requeues = queue.requeues;
			d->counted.overlimits = queue.overlimits;
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
static struct counts moved(const struct discipline *opened, const struct discipline *closed)
{
	const struct counts *from = &opened->counted, *to = &closed->counted;

	return (struct counts){to->packets - from->packets, to->drops - from->drops,
			       to->requeues - from->requeues, to->overlimits - from->overlimits};
}

/* What the kernel makes by itself has no number; then only the root has others beneath it. */
static bool is_beneath(const struct discipline *child, const struct discipline *d)
{
	if (child->parent == TC_H_ROOT || child->parent == TC_H_INGRESS ||
	    TC_H_MAJ(child->parent) != TC_H_MAJ(d->handle))
		return false;
	return d->handle || d->parent == TC_H_ROOT;
}

/* A drop that the parent was not told of is the child's alone. */
static uint32_t less(uint32_t all, uint32_t part)
{
	return all > part ? all - part : 0;
}

/*
 * Packets and drops of a discipline hold those of the ones beneath it (net/sched/sch_api.c:
 * qdisc_tree_reduce_backlog(), and each one's enqueue); of mq and mqprio all is the sum of its queues
 * (net/sched/sch_mq.c: mq_dump()).
 */
static void take_away(struct counts *own, const struct counts *beneath, bool is_sum)
{
	own->packets = less(own->packets, beneath->packets);
	own->drops = less(own->drops, beneath->drops);
	if (!is_sum)
		return;
	own->requeues = less(own->requeues, beneath->requeues);
	own->overlimits = less(own->overlimits, beneath->overlimits);
}

static void emit_discipline(const struct device *d, const struct discipline *closed,
			    const struct counts *own, struct writer *w)
{
	char key[48];

	/* What the kernel makes by itself has no number, and is told by where it hangs. */
	snprintf(key, sizeof(key), "%s %x:%x", closed->kind,
		 (closed->handle ? closed->handle : closed->parent) >> 16,
		 closed->handle ? 0 : closed->parent & 0xffff);
	writer_u64(w, WINDOW, d->end, METRIC_qdisc_packets, key, own->packets);
	writer_u64(w, WINDOW, d->end, METRIC_qdisc_dropped, key, own->drops);
	writer_u64(w, WINDOW, d->end, METRIC_qdisc_requeues, key, own->requeues);
	writer_u64(w, WINDOW, d->end, METRIC_qdisc_overlimits, key, own->overlimits);
}

/* So that all rows of a device add up to what happened, each has what happened in no other. */
static void emit_device(const struct device *d, struct writer *w)
{
	const struct discipline *at = d->at[EDGE_CLOSE], *opened[DISCIPLINES_MAX];
	size_t count = d->count[EDGE_CLOSE];
	struct counts all[DISCIPLINES_MAX];

	for (size_t i = 0; i < count; i++) {
		opened[i] = opened_as(d, &at[i]);
		if (opened[i])
			all[i] = moved(opened[i], &at[i]);
	}
	for (size_t i = 0; i < count; i++) {
		struct counts own = {0};

		if (!opened[i])
			continue;
		own = all[i];
		for (size_t j = 0; j < count; j++)
			if (j != i && opened[j] && is_beneath(&at[j], &at[i]))
				take_away(&own, &all[j], !strncmp(at[i].kind, "mq", 2));
		emit_discipline(d, &at[i], &own, w);
	}
}

static void qdisc_emit(void *state, struct writer *w)
{
	const struct qdisc *q = state;

	for (size_t i = 0; i < q->count; i++)
		emit_device(q->device[i], w);
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
	.of_ends = true,
	.open = qdisc_open,
	.snapshot = qdisc_snapshot,
	.emit = qdisc_emit,
	.repeats = true,
	.close = qdisc_close,
};
