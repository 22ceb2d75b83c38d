/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How large a packet a device hands up and takes, in bytes (BIG TCP: more than 64 KiB).
 *
 *   big_tcp_get()  of a device of this thread's network namespace
 */
#ifndef NIC_BIG_TCP_H
#define NIC_BIG_TCP_H

#include <stdint.h>

#define BIG_TCP_LEGACY 65536 /* GRO_LEGACY_MAX_SIZE of include/linux/netdevice.h */

/* 0 where the kernel does not say: gro and tso_max came with Linux 5.19, those of IPv4 with 6.3. */
struct big_tcp {
	uint32_t gso;	   /* sent by TCP */
	uint32_t gso_segs; /* segments in such a packet, at most */
	uint32_t tso_max;  /* what the device could take */
	uint32_t gro;	   /* received */
	uint32_t gso_ipv4;
	uint32_t gro_ipv4;
};

/* 0 or a negative errno. */
int big_tcp_get(const char *iface, struct big_tcp *b);

#endif
