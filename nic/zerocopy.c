// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/zerocopy.h"

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/quantity.h"
#include "nic/journal.h"
#include "nic/lease.h"
#include "nic/lessee.h"
#include "nic/rings.h"
#include "nic/split.h"
#include "nic/rss.h"
#include "nic/steer.h"

struct zerocopy {
	bool lessee;
	int claim; /* a socket whose name says that the device is being used */
	struct journal *journal;
	struct ethtool ethtool;
	const char *iface;
	const cpu_set_t *queues;
	struct zerocopy_area area;
	unsigned int queue_count; /* of the device */
	unsigned int rules;	  /* that were added */
	zerocopy_say say;
	void *data;
	char *why;
	size_t why_size;
};

static int fail(struct zerocopy *z, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int fail(struct zerocopy *z, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(z->why, z->why_size, format, args);
	va_end(args);
	return -1;
}

static int no_permission(struct zerocopy *z, const char *what)
{
	return fail(z, "may not set the %s of %s: it takes CAP_NET_ADMIN, as root has", what,
		    z->iface);
}

/* There is no journal, so there is no change. */
static int no_journal(struct zerocopy *z, int error)
{
	return fail(z,
		    "cannot note the settings of %s in " JOURNAL_DIR ", so nothing is changed: %s",
		    z->iface, strerror(-error));
}

/*
 * Two at a time would each put back what the other needs. Names of abstract sockets are of one
 * network namespace, as devices are, and go with their process.
 */
static int claim(struct zerocopy *z)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int len = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "zcprof-nic-%s", z->iface);

	z->claim = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (z->claim >= 0 && !bind(z->claim, (struct sockaddr *)&name,
				   offsetof(struct sockaddr_un, sun_path) + 1 + len))
		return 0;
	if (errno == EADDRINUSE)
		return fail(z,
			    "another 'zcpath rx' has made %s ready for itself; let it end first, or give this one's queues to that one as further --flows",
			    z->iface);
	return fail(z, "cannot claim %s: %s", z->iface, strerror(errno));
}

/* What another one left behind when it was killed is not how the device was before. */
static int recover(struct zerocopy *z)
{
	if (!journal_recover(JOURNAL_DIR).failed)
		return 0;
	return fail(z, "%s is not as it was before an earlier run that was killed; see above",
		    z->iface);
}

/* A run that has just ended may still be letting go of its queues. */
static int look_leases(struct zerocopy *z)
{
	struct lease l = lease_wait(z->iface, z->queues, LEASE_PATIENCE_MS);

	if (!l.holder)
		return 0;
	return fail(z, "queue %u of %s is held by %s: 'zcprof doctor %s' says by whom", l.queue,
		    z->iface, l.holder, z->iface);
}

static int count_queues(struct zerocopy *z)
{
	char text[CPULIST_TEXT_MAX];
	int error = rss_queues(&z->ethtool, &z->queue_count);

	if (error)
		return fail(z,
			    "%s cannot receive without copy: its driver has no receive queues that can be chosen",
			    z->iface);
	for (unsigned int q = z->queue_count; q < CPU_SETSIZE; q++)
		if (CPU_ISSET(q, z->queues))
			return fail(z,
				    "%s has no queue %u: it has %u receive queues, from 0 on; give others with --queues, or more with 'ethtool -L'",
				    z->iface, q, z->queue_count);
	z->say(z->data, "queues", cpulist_print(z->queues, text, sizeof(text)));
	return 0;
}

static int prepare_split(struct zerocopy *z)
{
	struct split split;
	struct split wanted;
	char text[SPLIT_TEXT_MAX];
	char said[120];
	char how[100];
	int error = split_get(z->iface, &split);

	if (error == -ENODEV)
		return fail(z, "there is no device %s here; see 'ip link'", z->iface);
	if (error)
		return fail(z,
			    "%s cannot receive without copy: its driver has no header split (tcp-data-split)",
			    z->iface);
	split_print(&split, text);
	if (split_ready(&split)) {
		z->say(z->data, "header split", text);
		return 0;
	}
	wanted = split;
	wanted.state = ETHTOOL_TCP_DATA_SPLIT_ENABLED;
	wanted.threshold = 0;
	error = journal_note(z->journal, "split", z->iface, text);
	if (error)
		return no_journal(z, error);
	error = split_set(z->iface, &wanted, said, sizeof(said));
	if (error == -EPERM)
		return no_permission(z, "header split");
	if (error)
		return fail(z,
			    "cannot turn the header split of %s on: %s%s%s%s; see 'ethtool -g %s'",
			    z->iface, strerror(-error), *said ? " (" : "", said, *said ? ")" : "",
			    z->iface);
	snprintf(how, sizeof(how), "enabled for this run, was %s", text);
	z->say(z->data, "header split", how);
	return 0;
}

/* The driver has the last word: it may take another length than it was given. */
static int set_ring(struct zerocopy *z, uint32_t entries, char *said, size_t said_size)
{
	struct rings to = {.rx = entries};
	struct rings now;
	int error = rings_set(z->iface, &to, said, said_size);

	if (error || rings_get(z->iface, &now) || now.rx <= entries)
		return error;
	snprintf(said, said_size, "it made them %u", now.rx);
	return -ERANGE;
}

static int shorten_ring(struct zerocopy *z, const struct rings *r, uint64_t buffers)
{
	uint32_t entries = rings_fitting(buffers);
	char text[RINGS_TEXT_MAX];
	char said[120] = "";
	char how[60];
	int error = journal_note(z->journal, "ring", z->iface, rings_note(r, z->queues, text));

	if (error)
		return no_journal(z, error);
	error = entries ? set_ring(z, entries, said, sizeof(said)) : -ERANGE;
	if (error == -EPERM)
		return no_permission(z, "rings");
	if (error)
		return fail(z,
			    "--area has %llu buffers for each ring of %s, which has %u entries and cannot be set to %u: %s%s%s%s; give --area %lluK",
			    (unsigned long long)buffers, z->iface, r->rx, entries, strerror(-error),
			    *said ? " (" : "", said, *said ? ")" : "",
			    (unsigned long long)rings_area(r->rx, z->area.buffer, z->area.queues) /
				    1024);
	snprintf(how, sizeof(how), "%u entries for this run, was %u", entries, r->rx);
	z->say(z->data, "ring", how);
	return 0;
}

/* More entries than buffers, and drivers refuse the queue, or drop what the ring is there for. */
static int prepare_ring(struct zerocopy *z)
{
	uint64_t buffers = z->area.bytes / z->area.buffer / z->area.queues;
	struct rings r;
	char how[40];

	if (rings_get(z->iface, &r) || !r.rx)
		return 0;
	if (r.rx > buffers)
		return shorten_ring(z, &r, buffers);
	snprintf(how, sizeof(how), "%u entries", r.rx);
	z->say(z->data, "ring", how);
	return 0;
}

static int prepare_rules(struct zerocopy *z)
{
	enum steer_rules rules = STEER_NEVER;
	int error = steer_rules(&z->ethtool, &rules);

	if (error || rules == STEER_NEVER)
		return fail(z,
			    "%s cannot receive without copy: its driver has no flow steering (ntuple filters)",
			    z->iface);
	if (rules == STEER_ON) {
		z->say(z->data, "flow steering", "on");
		return 0;
	}
	error = journal_note(z->journal, "ntuple", z->iface, "off");
	if (error)
		return no_journal(z, error);
	error = steer_enable(&z->ethtool, true);
	if (error == -EPERM)
		return no_permission(z, "flow steering");
	if (error)
		return fail(z, "cannot turn the flow steering of %s on: %s; see 'ethtool -k %s'",
			    z->iface, strerror(-error), z->iface);
	z->say(z->data, "flow steering", "on for this run, was off");
	return 0;
}

static bool has_any(const struct rss_table *t, const cpu_set_t *queues)
{
	for (unsigned int i = 0; i < t->count; i++)
		if (t->queue[i] < CPU_SETSIZE && CPU_ISSET(t->queue[i], queues))
			return true;
	return false;
}

static int set_rss(struct zerocopy *z, struct rss_table *t)
{
	char *old = rss_print(t);
	int error = old ? journal_note(z->journal, "rss", z->iface, old) : -ENOMEM;

	free(old);
	if (error)
		return no_journal(z, error);
	if (!rss_avoid(t, z->queue_count, z->queues))
		return fail(z,
			    "--queues takes all queues of %s and leaves none to other traffic; leave one out, or make more with 'ethtool -L'",
			    z->iface);
	error = rss_set(&z->ethtool, t);
	if (error == -EPERM)
		return no_permission(z, "RSS table");
	if (error)
		return fail(z,
			    "cannot keep other traffic off the queues of %s: %s; see 'ethtool -x %s'",
			    z->iface, strerror(-error), z->iface);
	z->say(z->data, "RSS", "kept off these queues for this run");
	return 0;
}

static int prepare_rss(struct zerocopy *z)
{
	struct rss_table t;
	int error = rss_get(&z->ethtool, &t);

	if (error)
		return fail(z,
			    "%s cannot receive without copy: its driver has no RSS table, by which other traffic is kept off the queues",
			    z->iface);
	error = 0;
	if (has_any(&t, z->queues))
		error = set_rss(z, &t);
	else
		z->say(z->data, "RSS", "off these queues");
	free(t.queue);
	return error;
}

static int prepare_lessee(struct zerocopy *z)
{
	char text[CPULIST_TEXT_MAX];

	if (CPU_ISSET(0, z->queues))
		return fail(z,
			    "queue 0 of %s is its own, and no NIC's: give one that was leased to it, from 1 on, with --queues",
			    z->iface);
	z->say(z->data, "queues", cpulist_print(z->queues, text, sizeof(text)));
	z->say(z->data, "lease",
	       "queues of a NIC whose owner splits headers and steers flows to them");
	return look_leases(z);
}

static int prepare(struct zerocopy *z)
{
	z->lessee = is_lessee(z->iface);
	if (z->lessee)
		return claim(z) || prepare_lessee(z);
	return claim(z) || recover(z) || prepare_split(z) || count_queues(z) || look_leases(z) ||
	       prepare_ring(z) || prepare_rules(z) || prepare_rss(z);
}

struct zerocopy *zerocopy_begin(const char *iface, const cpu_set_t *queues,
				struct zerocopy_area area, zerocopy_say say, void *data, char *why,
				size_t why_size)
{
	struct zerocopy *z = calloc(1, sizeof(*z));
	int error = -1;

	snprintf(why, why_size, "no memory left");
	if (!z)
		return NULL;
	*z = (struct zerocopy){
		.iface = iface,
		.queues = queues,
		.area = area,
		.say = say,
		.data = data,
		.why = why,
		.why_size = why_size,
		.ethtool.fd = -1,
		.claim = -1,
		.journal = journal_open(JOURNAL_DIR),
	};
	if (z->journal)
		error = ethtool_open(&z->ethtool, iface);
	if (!error)
		error = prepare(z);
	if (!error)
		return z;
	zerocopy_end(z);
	return NULL;
}

int zerocopy_steer(struct zerocopy *z, int fd, unsigned int queue, char *why, size_t why_size)
{
	char rule[STEER_RULE_MAX];
	char what[24] = "rule";
	int error;

	if (z->lessee)
		return 0;
	error = steer_flow(fd, queue, rule);
	z->why = why;
	z->why_size = why_size;
	if (error)
		return fail(z, "cannot tell where a flow comes from: %s", strerror(-error));
	error = journal_note(z->journal, "rule", z->iface, rule);
	if (error)
		return no_journal(z, error);
	error = steer_add(&z->ethtool, rule);
	if (error)
		return fail(z,
			    "%s takes no rule that brings a flow to queue %u: %s; see 'ethtool -n %s'",
			    z->iface, queue, strerror(-error), z->iface);
	/* A record says each thing once. */
	if (z->rules++)
		snprintf(what, sizeof(what), "rule %u", z->rules);
	z->say(z->data, what, rule);
	return 0;
}

unsigned int zerocopy_queue(const cpu_set_t *queues, unsigned int n)
{
	unsigned int skip = n % CPU_COUNT(queues);
	unsigned int queue = 0;

	while (!CPU_ISSET(queue, queues) || skip--)
		queue++;
	return queue;
}

int zerocopy_end(struct zerocopy *z)
{
	int error;

	if (!z)
		return 0;
	error = journal_close(z->journal);
	ethtool_close(&z->ethtool);
	if (z->claim >= 0)
		close(z->claim);
	free(z);
	return error;
}
