/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device's driver says of itself, by the ethtool ioctl: it is older than the netlink family,
 * and every kernel and driver has it. Rings are nic/rings.h, by netlink, which says more of them.
 *
 *   ethtool_open()      a device of this thread's network namespace
 *   ethtool_ask()       one command: a structure of linux/ethtool.h that begins with it
 *   ethtool_names()     the names of its statistics or features
 *   ethtool_counters_read()   its statistics as they are now, names and values that belong together
 *   ethtool_counters_find()   the same one in another reading, by its name
 *   ethtool_counters_free()   a zeroed one is fine
 *   ethtool_describe()  driver, firmware, rings, channels, coalescing, features: as texts
 *   ethtool_can()       whether a feature is on, or can be
 *   ethtool_close()
 */
#ifndef NIC_ETHTOOL_H
#define NIC_ETHTOOL_H

#include <linux/ethtool.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ethtool {
	int fd;
	char iface[IFNAMSIZ];
};

struct ethtool_names {
	struct ethtool_gstrings *strings;
	unsigned int count;
	size_t room; /* of strings */
};

/* Kept from one reading to the next, so that its memory is found once. */
struct ethtool_counters {
	struct ethtool_names names;
	struct ethtool_stats *values; /* in the order of the names */
	size_t room;
};

/* All return 0 or a negative errno; -EOPNOTSUPP where the driver does not say. */
int ethtool_open(struct ethtool *e, const char *iface);
int ethtool_ask(const struct ethtool *e, void *command);
int ethtool_names(const struct ethtool *e, enum ethtool_stringset set, struct ethtool_names *names);
/* name: of at least ETH_GSTRING_LEN + 1 bytes. Returns it. */
char *ethtool_name(const struct ethtool_names *names, unsigned int i, char *name);
void ethtool_names_free(struct ethtool_names *names);
/* -EAGAIN: they are being changed all the time. */
int ethtool_counters_read(const struct ethtool *e, struct ethtool_counters *c);
/* The one in c that is named as the i-th of like (of several, the same of these); NULL: there is none. */
const __u64 *ethtool_counters_find(const struct ethtool_counters *c,
				   const struct ethtool_counters *like, unsigned int i);
void ethtool_counters_free(struct ethtool_counters *c);
void ethtool_describe(const struct ethtool *e,
		      void (*say)(void *data, const char *key, const char *value), void *data);
/* feature: as the kernel calls it, "rx-gro-hw". False too where the driver does not say. */
bool ethtool_can(const struct ethtool *e, const char *feature);
void ethtool_close(struct ethtool *e);

#endif
