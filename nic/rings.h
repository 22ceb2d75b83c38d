/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ethtool -g says of a device's rings, by netlink: how many entries they have, and how it splits
 * headers (nic/split.h has what that means).
 *
 *   rings_get()       of a device of this thread's network namespace
 *   rings_set()       what is known in `to`; what is not stays as it is
 *   rings_area()      bytes of buffers that fill the rings of so many queues
 *   rings_fitting()   the longest ring, a power of two, that so many buffers fill
 *   rings_note()      the length as text, and which queues are to get memory: for the journal
 *   rings_put_back()  set what was noted, when that memory is gone (nic/undo.h)
 *
 * A queue with memory of a program or a device (devmem, zcrx) has no other buffers. There are
 * drivers that take a queue whose ring it cannot fill, and others that refuse it (ENOMEM).
 */
#ifndef NIC_RINGS_H
#define NIC_RINGS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/quantity.h"

#define RINGS_TEXT_MAX (CPULIST_TEXT_MAX + 24)

struct rings {
	bool has_split;
	bool has_threshold;
	uint8_t split;	    /* ETHTOOL_TCP_DATA_SPLIT_… */
	uint32_t threshold; /* bytes (hds-thresh) */
	uint32_t rx;	    /* entries of a queue's ring; 0: not known */
	uint32_t rx_most;
	uint32_t tx;
	uint32_t tx_most;
};

/*
 * 0, or a negative errno: -EOPNOTSUPP where the driver does not say, -ENODEV. said, of said_size
 * bytes: the kernel's words to the refusal, or "".
 */
int rings_get(const char *iface, struct rings *r);
int rings_set(const char *iface, const struct rings *to, char *said, size_t said_size);
uint64_t rings_area(uint32_t entries, uint32_t buffer_bytes, unsigned int queues);
/* 0: not even one of one entry. */
uint32_t rings_fitting(uint64_t buffers);
char *rings_note(const struct rings *r, const cpu_set_t *queues, char text[RINGS_TEXT_MAX]);
int rings_put_back(const char *iface, const char *text);

#endif
