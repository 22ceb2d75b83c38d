/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device stands on and what it belongs to: each device on the way is work for each packet.
 *
 *   stacking_describe()  "veth", "veth in a bridge", "macvlan on veth", "vxlan"
 */
#ifndef NIC_STACKING_H
#define NIC_STACKING_H

#include <stddef.h>

/* Of a device of this thread's network namespace; only what is in the same one is told. 0 or a negative errno. */
int stacking_describe(unsigned int ifindex, char *text, size_t size);

#endif
