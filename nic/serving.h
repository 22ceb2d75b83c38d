/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where packets are received, of a connection: its receive queue, and the CPU that serves it. The kernel
 * says, nothing is assumed: a socket remembers the NAPI and the CPU of its last packet
 * (SO_INCOMING_NAPI_ID, SO_INCOMING_CPU), and the netdev family of generic netlink knows the queue and
 * the interrupt of a NAPI (napi-get, queue-get; Linux 6.8).
 *
 *   serving_look()  look again; what has not changed since is not asked for twice
 *   serving_seen()  the CPU that took in its last packet; -1: none did
 *   serving_interrupts()  those of a device's receive queues, in the order of these
 *   serving_cpu()   the CPU where the NIC interrupts for the queue; where that is not told, the one that
 *                   took in the last packet; -1 where neither is
 *
 * The two differ where RPS or RFS hands packets on, where a thread polls, and where the sender of the same
 * machine does the work, as over veth and loopback, which have no interrupt.
 */
#ifndef NIC_SERVING_H
#define NIC_SERVING_H

struct serving {
	unsigned int napi; /* 0: not told */
	int queue;	   /* -1: not told, as the others */
	int irq;
	int irq_cpu;  /* where that interrupt goes, if it is one CPU */
	int seen_cpu; /* where the kernel took in its last packet */
};

#define SERVING_UNKNOWN ((struct serving){.queue = -1, .irq = -1, .irq_cpu = -1, .seen_cpu = -1})

/* fd: of a connection. Begins with SERVING_UNKNOWN. */
void serving_look(struct serving *s, int fd);
int serving_seen(int fd);
int serving_cpu(const struct serving *s);
/* Each once; how many: at most `most`, 0 where the device does not say. */
unsigned int serving_interrupts(const char *iface, int irqs[], unsigned int most);

#endif
