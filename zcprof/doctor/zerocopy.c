// SPDX-License-Identifier: GPL-2.0-or-later
/* What 'zcpath rx' with zcrx or devmem sets by itself where it can (nic/zerocopy.h). */
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zcprof/doctor/doctor.h"
#include "zcprof/doctor/holders.h"
#include "nic/bind.h"
#include "nic/lease.h"
#include "nic/lessee.h"
#include "nic/split.h"
#include "nic/rss.h"
#include "nic/steer.h"

static void look_providers(const struct doctor *d, struct doctor_row *row)
{
	switch (binding_probe(d->iface)) {
	case 0:
		doctor_found(row, DOCTOR_OK, "its queues take memory of a program or a device");
		break;
	case -EPERM:
		doctor_found(row, DOCTOR_UNKNOWN, "it takes CAP_NET_ADMIN to ask");
		break;
	case -ENOENT:
		doctor_found(row, DOCTOR_MISSING, "the kernel has none: take Linux 6.12 or newer");
		break;
	default:
		doctor_found(row, DOCTOR_MISSING, "its driver has none (queue_mgmt_ops)");
	}
}

/* What only the owner of the NIC can see and set whose queues this device leases. */
static bool is_lessors(const struct doctor *d, struct doctor_row *row)
{
	bool taken = is_lessee(d->iface);

	if (taken)
		doctor_found(row, DOCTOR_UNKNOWN,
			     "that of the NIC whose queues it leases: ask doctor there");
	return taken;
}

static void look_split(const struct doctor *d, struct doctor_row *row)
{
	struct split split;
	char text[SPLIT_TEXT_MAX];

	if (is_lessors(d, row))
		return;
	if (split_get(d->iface, &split)) {
		doctor_found(row, DOCTOR_MISSING, "its driver has no tcp-data-split");
		return;
	}
	doctor_found(row, split.state == ETHTOOL_TCP_DATA_SPLIT_ENABLED ? DOCTOR_OK : DOCTOR_BETTER,
		     "tcp-data-split is %s", split_print(&split, text));
	if (split.state != ETHTOOL_TCP_DATA_SPLIT_ENABLED)
		doctor_mend(row, "ethtool -G %s tcp-data-split on", d->word);
}

static void look_threshold(const struct doctor *d, struct doctor_row *row)
{
	struct split split;

	if (is_lessors(d, row))
		return;
	if (split_get(d->iface, &split) || !split.has_threshold) {
		doctor_found(row, DOCTOR_UNKNOWN,
			     "no hds-thresh: neither the driver nor a kernel before 6.14 has it");
		return;
	}
	doctor_found(row, split.threshold ? DOCTOR_BETTER : DOCTOR_OK, "hds-thresh is %u",
		     split.threshold);
	if (split.threshold)
		doctor_mend(row, "ethtool -G %s hds-thresh 0", d->word);
}

static void look_steering(const struct doctor *d, struct doctor_row *row)
{
	enum steer_rules rules = STEER_NEVER;
	unsigned int count = 0;
	struct ethtool e;

	if (is_lessors(d, row) || ethtool_open(&e, d->iface))
		return;
	if (steer_rules(&e, &rules) || rules == STEER_NEVER) {
		doctor_found(row, DOCTOR_MISSING, "its driver has no ntuple filters");
	} else if (rules == STEER_OFF) {
		doctor_found(row, DOCTOR_BETTER, "ntuple filters are off");
		doctor_mend(row, "ethtool -K %s ntuple on", d->word);
	} else {
		steer_count(&e, &count);
		doctor_found(row, DOCTOR_OK, "ntuple filters are on; there %s %u",
			     count == 1 ? "is" : "are", count);
	}
	ethtool_close(&e);
}

static void look_contexts(const struct doctor *d, struct doctor_row *row)
{
	struct ethtool e;

	if (is_lessors(d, row) || ethtool_open(&e, d->iface))
		return;
	if (steer_contexts(&e))
		doctor_found(row, DOCTOR_MISSING, "its driver has no additional RSS contexts");
	else
		doctor_found(row, DOCTOR_OK, "additional RSS contexts can be made");
	ethtool_close(&e);
}

/* How many of the device's queues the table spreads over. */
static unsigned int used_queues(const struct rss_table *t, unsigned int queues)
{
	unsigned int used = 0;

	for (unsigned int q = 0; q < queues; q++)
		for (unsigned int i = 0; i < t->count; i++)
			if (t->queue[i] == q) {
				used++;
				break;
			}
	return used;
}

static void look_rss(const struct doctor *d, struct doctor_row *row)
{
	struct rss_table t = {0};
	unsigned int queues = 0;
	unsigned int used;
	struct ethtool e;

	if (is_lessors(d, row) || ethtool_open(&e, d->iface))
		return;
	if (rss_get(&e, &t) || rss_queues(&e, &queues)) {
		doctor_found(row, DOCTOR_MISSING, "its driver has no RSS table");
	} else if (queues < 2) {
		doctor_found(row, DOCTOR_MISSING,
			     "it has one receive queue, which all traffic needs");
		doctor_mend(row, "ethtool -L %s combined 2", d->word);
	} else {
		used = used_queues(&t, queues);
		doctor_found(row, used < queues ? DOCTOR_OK : DOCTOR_BETTER,
			     "other traffic is spread over %u of %u queues", used, queues);
		if (used == queues)
			doctor_mend(row, "ethtool -X %s equal %u", d->word, queues - 1);
	}
	free(t.queue);
	ethtool_close(&e);
}

struct held {
	char queues[300];
	const char *holder; /* of the last */
	unsigned int count;
};

static void add_lease(void *data, struct lease l)
{
	struct held *h = data;
	size_t len = strlen(h->queues);
	char lessee[140] = "";
	char where[60] = "here";

	if (l.leased && l.lessee_netns >= 0)
		snprintf(where, sizeof(where), "in network namespace %d of 'ip netns list-id'",
			 l.lessee_netns);
	if (l.leased)
		snprintf(lessee, sizeof(lessee), " (leased to queue %u of device %u %s)",
			 l.lessee_queue, l.lessee, where);
	snprintf(h->queues + len, sizeof(h->queues) - len, "%s%u: %s%s", h->count ? ", " : "",
		 l.queue, l.holder, lessee);
	h->holder = l.holder;
	h->count++;
}

static void look_leases(const struct doctor *d, struct doctor_row *row)
{
	struct held held = {0};
	char who[100];

	lease_each(d->iface, add_lease, &held);
	if (!held.count) {
		doctor_found(row, DOCTOR_OK, "nobody holds a receive queue");
		return;
	}
	holders_of(held.holder, who, sizeof(who));
	doctor_found(row, DOCTOR_BETTER, "%s%s%s", held.queues, *who ? "; of those that may: " : "",
		     who);
}

const struct doctor_check doctor_zerocopy_checks[] = {
	{"memory providers", look_providers,
	 "zcrx and devmem give a queue memory of their own to receive into"},
	{"header split", look_split,
	 "only payload may be in that memory; 'zcpath rx' turns it on for its run"},
	{"split threshold", look_threshold, "payload of any size has to be split off"},
	{"flow steering", look_steering, "a rule brings each flow to its queue"},
	{"rss contexts", look_contexts,
	 "a rule can spread its flows over several queues; zcpath needs none"},
	{"rss table", look_rss,
	 "other traffic has to stay off a queue of zero copy; 'zcpath rx' sees to it for its run"},
	{"queue leases", look_leases, "a queue that is held cannot be bound; end its holder"},
	{0},
};
