/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One message of the ethtool family of generic netlink, about one device of this thread's network
 * namespace (Documentation/networking/ethtool-netlink.rst).
 *
 *   ethtool_message_begin()  a socket and a message that names the device: attributes follow
 *   ethtool_message_end()    closes it; keeps the kernel's words to a refusal
 */
#ifndef NIC_ETHTOOL_MESSAGE_H
#define NIC_ETHTOOL_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "nic/genl.h"

struct ethtool_message {
	struct genl genl; /* netlink_ask(&m.genl.netlink, …) sends it */
};

/* 0 or a negative errno; ethtool_message_end() in any case. */
int ethtool_message_begin(struct ethtool_message *m, uint8_t command, const char *iface);
/* Returns error. said: "" where it is 0. */
int ethtool_message_end(struct ethtool_message *m, int error, char *said, size_t said_size);

#endif
