/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device's driver says of itself, by the ethtool ioctl: it is older than the netlink family,
 * and every kernel and driver has it. Rings are nic/rings.h, by netlink, which says more of them.
 *
 *   ethtool_open()      a device of this thread's network namespace
 *   ethtool_ask()       one command: a structure of linux/ethtool.h that begins with it
 *   ethtool_names()     the names of its statistics or features
 *   ethtool_stats()     the values of its statistics, in the order of the names
 *   ethtool_describe()  driver, firmware, rings, channels, coalescing, features: as texts
 *   ethtool_close()
 */
#ifndef NIC_ETHTOOL_H
#define NIC_ETHTOOL_H

#include <linux/ethtool.h>
#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

struct ethtool {
	int fd;
	char iface[IFNAMSIZ];
};

struct ethtool_names {
	struct ethtool_gstrings *strings;
	unsigned int count;
};

/* All return 0 or a negative errno; -EOPNOTSUPP where the driver does not say. */
int ethtool_open(struct ethtool *e, const char *iface);
int ethtool_ask(const struct ethtool *e, void *command);
int ethtool_names(const struct ethtool *e, enum ethtool_stringset set, struct ethtool_names *names);
/* name: of at least ETH_GSTRING_LEN + 1 bytes. Returns it. */
char *ethtool_name(const struct ethtool_names *names, unsigned int i, char *name);
void ethtool_names_free(struct ethtool_names *names);
/* stats: room for count values behind the header. */
int ethtool_stats(const struct ethtool *e, struct ethtool_stats *stats, unsigned int count);
void ethtool_describe(const struct ethtool *e,
		      void (*say)(void *data, const char *key, const char *value), void *data);
void ethtool_close(struct ethtool *e);

#endif
