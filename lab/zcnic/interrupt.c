// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts of the receiving queues: ordinary ones, so that /proc/interrupts counts them and
 * /proc/irq/N/smp_affinity says which CPU polls; but it is the sender who raises them.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/smp.h>

#include "zcnic.h"

static int set_affinity(struct irq_data *data, const struct cpumask *mask, bool force)
{
	struct zcnic_rx *rx = irq_data_get_irq_chip_data(data);
	unsigned int cpu = cpumask_any_and(mask, cpu_online_mask);

	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	WRITE_ONCE(rx->cpu, cpu);
	irq_data_update_effective_affinity(data, cpumask_of(cpu));
	return IRQ_SET_MASK_OK;
}

static void nothing(struct irq_data *data)
{
}

static struct irq_chip chip = {
	.name = "zcnic",
	.irq_mask = nothing,
	.irq_unmask = nothing,
	.irq_set_affinity = set_affinity,
};

static irqreturn_t handle(int irq, void *data)
{
	struct zcnic_rx *rx = data;

	u64_stats_update_begin(&rx->sync);
	u64_stats_inc(&rx->counts.interrupts);
	u64_stats_update_end(&rx->sync);
	napi_schedule_irqoff(&rx->napi);
	return IRQ_HANDLED;
}

static void raise(void *data)
{
	struct zcnic_rx *rx = data;

	generic_handle_irq_safe(rx->irq);
}

/* As cards that mask themselves: one interrupt, and then none before the driver wants another. */
void zcnic_interrupt_now(struct zcnic_rx *rx)
{
	if (!xchg(&rx->unmasked, false))
		return;
	/* Busy: one is on its way, and the poll that it brings sees what this one would tell of. */
	if (smp_call_function_single_async(READ_ONCE(rx->cpu), &rx->interrupt) == -ENXIO)
		raise(rx); /* that CPU is gone */
}

/* Whoever writes does so before he looks at the mask: either he sees that, or this what he wrote. */
void zcnic_interrupt_unmask(struct zcnic_rx *rx)
{
	const struct zcnic_memory *m = &rx->memory;

	smp_store_mb(rx->unmasked, true);
	if (READ_ONCE(m->tail) != READ_ONCE(m->head))
		zcnic_interrupt(rx);
}

void zcnic_interrupt(struct zcnic_rx *rx)
{
	u32 late_us = rx->fault.delay_us + READ_ONCE(rx->port->rx_usecs);

	if (likely(!rx->fault.stall && !late_us))
		zcnic_interrupt_now(rx);
	else if (!hrtimer_is_queued(&rx->late)) /* one that goes off just now may have looked before this */
		hrtimer_start(&rx->late, ns_to_ktime((u64)late_us * NSEC_PER_USEC),
			      HRTIMER_MODE_REL_SOFT);
}

/* The affinity that was set stays with the descriptor while the port is closed. */
int zcnic_interrupt_request(struct zcnic_rx *rx)
{
	int err;

	snprintf(rx->name, sizeof(rx->name), "%s-TxRx-%u", rx->port->dev->name, rx->index);
	err = request_irq(rx->irq, handle, 0, rx->name, rx);
	if (err)
		return err;
	if (!rx->spread)
		irq_set_affinity(rx->irq, cpumask_of(cpumask_local_spread(rx->index, NUMA_NO_NODE)));
	rx->spread = true;
	return 0;
}

void zcnic_interrupt_free(struct zcnic_rx *rx)
{
	free_irq(rx->irq, rx);
}

static int add(struct zcnic_rx *rx)
{
	/* Without an owner: a module whose interrupts hold it cannot go while a port is open. */
	rx->irq = __irq_alloc_descs(-1, 1, 1, NUMA_NO_NODE, NULL, NULL);
	if (rx->irq < 0)
		return rx->irq;
	irq_set_chip_and_handler(rx->irq, &chip, handle_simple_irq);
	irq_set_chip_data(rx->irq, rx);
	irq_modify_status(rx->irq, IRQ_NOREQUEST, IRQ_NOPROBE);
	INIT_CSD(&rx->interrupt, raise, rx);
	return 0;
}

int zcnic_interrupts_add(struct zcnic_port *port)
{
	for (int i = 0; i < ZCNIC_QUEUES; i++) {
		int err = add(&port->rx[i]);

		if (err) {
			while (i--)
				irq_free_desc(port->rx[i].irq);
			return err;
		}
	}
	return 0;
}

void zcnic_interrupts_remove(struct zcnic_port *port)
{
	for (int i = 0; i < ZCNIC_QUEUES; i++)
		irq_free_desc(port->rx[i].irq);
}
