/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules that bring a flow's packets to a receive queue of a device (ntuple filters); where none
 * applies the RSS table does (nic/rss.h). By ethtool's ioctl, of which every driver that steers has
 * these commands.
 *
 *   steer_flow()      the rule that a connection's packets go to this queue, as text
 *   steer_add()       put a rule into the device
 *   steer_rules()     whether the device takes rules: whether it has, can have, or has not ntuple
 *   steer_enable()    ntuple on, or off
 *   steer_count()     how many rules there are
 *   steer_contexts()  whether more RSS tables can be made, which rules may point to
 *
 * A rule is written "tcp4 SOURCE PORT DESTINATION PORT QUEUE", for the journal, too: by its text it
 * is found again in the device, whose own number for it is not known before it is there.
 *
 * All return 0 or a negative errno; -EOPNOTSUPP: the driver cannot.
 */
#ifndef NIC_STEER_H
#define NIC_STEER_H

#include <stdbool.h>
#include <stdint.h>

#include "nic/ethtool.h"

enum steer_rules { STEER_NEVER, STEER_OFF, STEER_ON };

#define STEER_RULE_MAX 128

int steer_flow(int fd, unsigned int queue, char rule[STEER_RULE_MAX]);
int steer_add(const struct ethtool *e, const char *rule);
int steer_rules(const struct ethtool *e, enum steer_rules *rules);
int steer_enable(const struct ethtool *e, bool on);
int steer_count(const struct ethtool *e, unsigned int *count);
int steer_contexts(const struct ethtool *e);

/* For the journal. */
int steer_rule_put_back(const char *iface, const char *rule);
int steer_enable_put_back(const char *iface, const char *text);

#endif
