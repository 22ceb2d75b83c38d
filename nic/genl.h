/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One family of generic netlink: the socket of nic/netlink.h and the number that this kernel gave
 * the family.
 *
 *   genl_open()   a socket in this thread's network namespace, and the family's number
 *   genl_begin()  a new request for one of the family's commands; netlink_ask() sends it
 *   genl_attrs()  where a message's attributes begin
 *   genl_uint()   an unsigned number, in as many bytes as the kernel gave it
 *   genl_close()
 */
#ifndef NIC_GENL_H
#define NIC_GENL_H

#include <linux/genetlink.h>
#include <stdint.h>

#include "nic/netlink.h"

struct genl {
	struct netlink netlink;
	uint16_t family;
};

/* 0 or a negative errno; -ENOENT: this kernel has no such family. genl_close() in any case. */
int genl_open(struct genl *g, const char *family);
/* flags: NLM_F_DUMP for all there are, 0 for one. */
struct nlmsghdr *genl_begin(struct genl *g, uint8_t command, int flags);
/* For mnl_attr_for_each(). */
#define genl_attrs sizeof(struct genlmsghdr)
uint64_t genl_uint(const struct nlattr *attr);
void genl_close(struct genl *g);

#endif
