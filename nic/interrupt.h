/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupts of devices, and the CPUs that they may go to (Documentation/core-api/irq/irq-affinity.rst).
 *
 *   interrupts_of()       those that a device's queues raise, as numbers
 *   interrupt_set()       to these CPUs; what was before is in the journal first
 *   interrupts_keep()     in the journal only: what a change of the queues may free
 *   interrupt_put_back()  to what was noted (nic/undo.h)
 *
 * A number is no name: a driver that is loaded again, or that makes its queues anew, gives an interrupt another, and
 * its old one to whoever comes next. So what is noted tells whose it was, by what its driver calls it
 * ("eth0-TxRx-0") or, while nobody handles it, as where the device is down, by its chip and its number there
 * ("PCI-MSIX-0000:3b:00.0", 5; Documentation/ABI/testing/sysfs-kernel-irq). It is put back to the interrupt of that
 * name, whatever its number is by then; where there is none, or several, to none.
 */
#ifndef NIC_INTERRUPT_H
#define NIC_INTERRUPT_H

#include "nic/journal.h"

#define INTERRUPTS_MAX 1024

/* In the order of the queues. How many; 0 where neither kernel nor sysfs says. */
unsigned int interrupts_of(const char *iface, int irqs[], unsigned int most);
/* 0, or a negative errno as journal_set() has them; to what it is already, nothing is done. */
int interrupt_set(struct journal *j, int irq, const char *cpus);
/* 0, or a negative errno, and then the caller changes nothing. */
int interrupts_keep(struct journal *j, const char *iface);
/* subject: "irq/NUMBER". 0 or a negative errno: -ENOENT after saying that the interrupt is gone. */
int interrupt_put_back(const char *subject, const char *old);

#endif
