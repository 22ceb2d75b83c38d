/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Receive queues that somebody holds: io_uring, devmem, AF_XDP, or a virtual device. As the kernel
 * says it (nic/netdev.h), which is never by whom.
 *
 *   lease_each()   all that are held
 *   lease_wait()   the first held one of some queues, after a while in which its holder may end: as often as long as
 *                  record/patience.h has it
 *
 * A ring that is closed gives its queue up a moment later (io_uring/io_uring.c,
 * io_ring_exit_work()), and so does a process that was killed.
 */
#ifndef NIC_LEASE_H
#define NIC_LEASE_H

#include <sched.h>
#include <stdbool.h>

/* What lets go takes some milliseconds; more where many programs end at once. */
#define LEASE_PATIENCE_MS 2000

struct lease {
	unsigned int queue;
	const char *holder; /* NULL: nobody; static */
	/* Where a virtual device has leased it, whoever holds it there: as netdev_queue has it. */
	bool leased;
	unsigned int lessee, lessee_queue;
	int lessee_netns;
};

/* A kernel that does not say has nobody in its queues. */
void lease_each(const char *iface, void (*take)(void *data, struct lease l), void *data);
/* queues: NULL for all. */
struct lease lease_wait(const char *iface, const cpu_set_t *queues, unsigned int patience_ms);

#endif
