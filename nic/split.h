/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Header split: a device that puts the headers of TCP packets and their payload into different
 * buffers (ethtool's tcp-data-split), and from which payload size on (hds-thresh, Linux 6.14). Zero
 * copy needs it on, and 0: net/core/netdev_rx_queue.c, __netif_mp_open_rxq().
 *
 *   split_get()       how a device of this thread's network namespace splits
 *   split_set()       make it split so
 *   split_ready()     whether it splits as zero copy needs it
 *   split_print()     as text, for people and for the journal: "enabled, from 0 bytes on"
 *   split_put_back()  set what was printed (nic/undo.h)
 */
#ifndef NIC_SPLIT_H
#define NIC_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct split {
	uint8_t state; /* ETHTOOL_TCP_DATA_SPLIT_UNKNOWN, _DISABLED or _ENABLED */
	bool has_threshold;
	uint32_t threshold; /* bytes of payload; fewer stay with the headers */
};

#define SPLIT_TEXT_MAX 40

/*
 * 0, or a negative errno: -EOPNOTSUPP where the driver does not say, -ENODEV. said, of said_size
 * bytes: the kernel's words to the refusal, or "".
 */
int split_get(const char *iface, struct split *s);
int split_set(const char *iface, const struct split *s, char *said, size_t said_size);
bool split_ready(const struct split *s);
char *split_print(const struct split *s, char text[SPLIT_TEXT_MAX]);
int split_put_back(const char *iface, const char *text);

#endif
