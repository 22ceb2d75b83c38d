/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which receive queue of a device a packet goes to: by rules for flows (ntuple filters), and where
 * none applies by the RSS table. By ethtool's ioctl, of which every driver that steers has these
 * commands.
 *
 *   steer_queues()  how many receive queues the device has
 *   steer_rss()     the RSS table: the queue of each hash bucket
 *   steer_avoid()   the same table without some queues; false where no other queue is left
 *   steer_set_rss() set it
 *   steer_flow()    the rule that a connection's packets go to this queue, as text
 *   steer_add()     put a rule into the device; steer_remove(): take it out
 *   steer_rules()   whether the device takes rules: whether it has, can have, or has not ntuple
 *   steer_enable()  ntuple on, or off
 *   steer_count()   how many rules there are
 *   steer_contexts()  whether more RSS tables can be made, which rules may point to
 *
 * A rule is written "tcp4 SOURCE PORT DESTINATION PORT QUEUE", for the journal, too: by its text it
 * is found again in the device, whose own number for it is not known before it is there.
 *
 * All but steer_avoid() return 0 or a negative errno; -EOPNOTSUPP: the driver cannot.
 */
#ifndef NIC_STEER_H
#define NIC_STEER_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nic/ethtool.h"

struct steer_table {
	unsigned int count;
	uint32_t *queue; /* of each bucket; free() it */
};

enum steer_rules { STEER_NEVER, STEER_OFF, STEER_ON };

#define STEER_RULE_MAX 128

int steer_queues(const struct ethtool *e, unsigned int *count);
int steer_rss(const struct ethtool *e, struct steer_table *t);
/* queues: of the device, which are all that may stand in the table. */
bool steer_avoid(struct steer_table *t, unsigned int queues, const cpu_set_t *avoid);
/* A table that spreads over all queues in turn is set as the driver's default. */
int steer_set_rss(const struct ethtool *e, const struct steer_table *t);
int steer_flow(int fd, unsigned int queue, char rule[STEER_RULE_MAX]);
int steer_add(const struct ethtool *e, const char *rule);
int steer_remove(const struct ethtool *e, const char *rule);
int steer_rules(const struct ethtool *e, enum steer_rules *rules);
int steer_enable(const struct ethtool *e, bool on);
int steer_count(const struct ethtool *e, unsigned int *count);
int steer_contexts(const struct ethtool *e);

/* For the journal: a table as text, to be freed; NULL: no memory left. */
char *steer_print(const struct steer_table *t);
int steer_rss_put_back(const char *iface, const char *text);
int steer_rule_put_back(const char *iface, const char *rule);
int steer_enable_put_back(const char *iface, const char *text);

#endif
