// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/quantity.h"
#include "zcprof/doctor/doctor.h"

#define IRQS_MAX 512

struct irqs {
	const struct doctor *doctor;
	unsigned int irq[IRQS_MAX];
	unsigned int count;
	unsigned int on_cpu[CPU_SETSIZE];
};

static void add_irq(struct irqs *q, unsigned long irq)
{
	if (q->count < IRQS_MAX)
		q->irq[q->count++] = (unsigned int)irq;
}

static int is_number(const struct dirent *entry)
{
	return isdigit((unsigned char)entry->d_name[0]);
}

/* Those of its PCI device. */
static void find_msi(struct irqs *q)
{
	struct dirent **irqs;
	int folder = doctor_device(q->doctor);
	int count = folder < 0
			    ? -1
			    : scandirat(folder, "device/msi_irqs", &irqs, is_number, versionsort);

	for (int i = 0; i < count; i++) {
		add_irq(q, strtoul(irqs[i]->d_name, NULL, 10));
		free(irqs[i]);
	}
	if (count >= 0)
		free(irqs);
	if (folder >= 0)
		close(folder);
}

/* Those that are called after it, such as "eth0-TxRx-3". */
static void find_named(struct irqs *q)
{
	size_t len = strlen(q->doctor->iface);
	char path[300];
	char *line = NULL;
	size_t room = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/proc/interrupts", q->doctor->root);
	in = fopen(path, "re");
	while (in && getline(&line, &room, in) > 0) {
		const char *name = strrchr(line, ' ');
		char *end;
		unsigned long irq = strtoul(line, &end, 10);

		if (*end == ':' && name && !strncmp(name + 1, q->doctor->iface, len) &&
		    !isalnum((unsigned char)name[1 + len]))
			add_irq(q, irq);
	}
	free(line);
	if (in)
		fclose(in);
}

static int by_number(const void *a, const void *b)
{
	return (int)*(const unsigned int *)a - (int)*(const unsigned int *)b;
}

/* On which CPU each is handled, where that is one: how many there are of them. */
static unsigned int place(struct irqs *q)
{
	unsigned int placed = 0;

	for (unsigned int i = 0; i < q->count; i++) {
		char path[64];
		char text[64];
		char *end;
		unsigned long cpu;

		snprintf(path, sizeof(path), "/proc/irq/%u/effective_affinity_list", q->irq[i]);
		if (doctor_text(q->doctor, text, sizeof(text), path))
			continue;
		cpu = strtoul(text, &end, 10);
		if (*end || cpu >= CPU_SETSIZE)
			continue;
		q->on_cpu[cpu]++;
		placed++;
	}
	return placed;
}

static void mend(const struct irqs *q, struct doctor_row *row, long cpus)
{
	char list[160] = "";

	for (unsigned int i = 0; i < q->count; i++) {
		size_t len = strlen(list);

		/* Too many for a line; zcprof does it as well. */
		if (len + 12 > sizeof(list)) {
			doctor_mend(row, "zcprof run --irq-cpu 0-%ld ...", cpus - 1);
			return;
		}
		snprintf(list + len, sizeof(list) - len, " %u", q->irq[i]);
	}
	doctor_mend(row,
		    "i=0; for n in%s; do echo $((i %% %ld)) >/proc/irq/$n/smp_affinity_list; i=$((i + 1)); done",
		    list, cpus);
}

static void look_affinity(const struct doctor *d, struct doctor_row *row)
{
	struct irqs q = {.doctor = d};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int busiest = 0;
	unsigned int used = 0;
	unsigned int placed;

	find_msi(&q);
	if (!q.count)
		find_named(&q);
	qsort(q.irq, q.count, sizeof(q.irq[0]), by_number);
	placed = place(&q);
	if (!placed) {
		doctor_found(row, DOCTOR_UNKNOWN, "no interrupt of its own is known");
		return;
	}
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		used += q.on_cpu[cpu] > 0;
		if (q.on_cpu[cpu] > q.on_cpu[busiest])
			busiest = cpu;
	}
	doctor_found(row, DOCTOR_OK, "%u interrupts on %u CPUs, at most %u on one (CPU %u)", placed,
		     used, q.on_cpu[busiest], busiest);
	/* As many on each as go evenly. */
	if (q.on_cpu[busiest] <= (placed + (unsigned int)cpus - 1) / (unsigned int)cpus)
		return;
	row->state = DOCTOR_BETTER;
	mend(&q, row, cpus);
}

const struct doctor_check doctor_irq_checks[] = {
	{"irq affinity", look_affinity,
	 "queues whose interrupts share a CPU wait for one another while others idle"},
	{0},
};
