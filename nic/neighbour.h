/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom a frame has to be addressed to, so that it reaches a host by a device.
 *
 *   neighbour_macs()  the next hop's MAC address, and behind it the device's own, as a frame begins
 *
 * The kernel is asked for the route, and for the neighbour that it has resolved: whoever has a connection to
 * the host has made it do so. A device without neighbours (lo) has its own address for both.
 */
#ifndef NIC_NEIGHBOUR_H
#define NIC_NEIGHBOUR_H

#include <stddef.h>

/* address: of this family, in network order. 0, or -1 with why filled in: a whole sentence. */
int neighbour_macs(const char *iface, int family, const void *address, unsigned char macs[12],
		   char *why, size_t why_size);

#endif
