// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/placement.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cpumask.h"
#include "base/quantity.h"
#include "base/say.h"
#include "nic/device.h"
#include "nic/interrupt.h"
#include "nic/journal.h"

struct placement {
	struct journal *journal;
	const char *device;
	const cpu_set_t *cpus;
	unsigned int placed;
	int error; /* of the first change that was refused */
	struct writer *out;
	enum record_end end;
};

static bool is_done(struct placement *p, int error)
{
	if (error && !p->error)
		p->error = -error;
	return !error;
}

static void placed(struct placement *p, const char *key, const cpu_set_t *cpus)
{
	char text[CPULIST_TEXT_MAX];

	writer_fact(p->out, p->end, METRIC_fact_irq_affinity, key,
		    cpulist_print(cpus, text, sizeof(text)));
	p->placed++;
}

static int is_rx_queue(const struct dirent *entry)
{
	return !strncmp(entry->d_name, "rx-", 3);
}

static void place_interrupt(struct placement *p, int irq, unsigned int n)
{
	cpu_set_t one;
	char list[16];
	char key[64];

	CPU_ZERO(&one);
	CPU_SET(cpumask_nth(p->cpus, n), &one);
	snprintf(key, sizeof(key), "%.16s/irq-%d", p->device, irq);
	if (is_done(p, interrupt_set(p->journal, irq, cpulist_print(&one, list, sizeof(list)))))
		placed(p, key, &one);
}

/* One CPU each in turn. */
static void place_interrupts(struct placement *p)
{
	int irqs[INTERRUPTS_MAX];
	unsigned int count = interrupts_of(p->device, irqs, INTERRUPTS_MAX);

	for (unsigned int i = 0; i < count; i++)
		place_interrupt(p, irqs[i], i);
}

static void place_queue(struct placement *p, const char *name)
{
	char mask[CPUMASK_TEXT_MAX];
	char path[192];
	char key[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues/%.16s/rps_cpus", p->device, name);
	snprintf(key, sizeof(key), "%.16s/%.16s", p->device, name);
	if (is_done(p, journal_set(p->journal, path, cpumask_print(p->cpus, mask))))
		placed(p, key, p->cpus);
}

/*
 * Software steering (Documentation/networking/scaling.rst): RPS moves a queue's receive work to the
 * CPUs of a mask. XPS is left alone: it chooses a transmit queue by the sending CPU, and where a
 * queue's completions are handled is up to its interrupt, which a device that comes here has not.
 */
static void place_queues(struct placement *p)
{
	struct dirent **entries;
	char path[192];
	int count;

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues", p->device);
	count = scandir(path, &entries, is_rx_queue, versionsort);
	if (count < 0) {
		p->error = errno;
		return;
	}
	for (int i = 0; i < count; i++) {
		place_queue(p, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

struct placement *placement_apply(const char *device, const cpu_set_t *cpus, struct writer *w,
				  enum record_end end)
{
	struct placement *p = calloc(1, sizeof(*p));

	if (p)
		p->journal = journal_open(JOURNAL_DIR);
	if (!p || !p->journal) {
		say_warning("--irq-cpu has no effect: no memory left");
		free(p);
		return NULL;
	}
	p->device = device;
	p->cpus = cpus;
	p->out = w;
	p->end = end;
	if (!device_shown(device)) {
		say_warning("--irq-cpu has no effect on %s: /sys here shows the devices of another network namespace; take 'ip netns exec' or --link netns:…, which mount it anew",
			    device);
		placement_restore(p);
		return NULL;
	}
	place_interrupts(p);
	if (!p->placed)
		place_queues(p);
	if (p->placed)
		return p;
	if (p->error == JOURNAL_TAKEN) {
		say_warning("--irq-cpu has no effect on %s: --rps, or another program of zcprof's that runs, has set its queues; leave one out",
			    device);
		placement_restore(p);
		return NULL;
	}
	say_warning("--irq-cpu has no effect on %s: %s; it takes root, and a /sys of the device's own network namespace that can be written",
		    device, p->error ? strerror(p->error) : "it has no queue that can be steered");
	placement_restore(p);
	return NULL;
}

int placement_restore(struct placement *p)
{
	int error;

	if (!p)
		return 0;
	error = journal_close(p->journal);
	free(p);
	return error;
}
