// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RAPL's energy counters as events of the PMU "power" (arch/x86/events/rapl.c), which CAP_PERFMON
 * may read; powercap's belong to root. Where those can be read, these would say the same again.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collectors/kit/cpus.h"
#include "collectors/kit/sysfs.h"
#include "collectors/power/own.h"

#define PMU "/sys/bus/event_source/devices/power"

/* psys has the packages in it, and these have their cores and graphics. */
static const struct {
	const char *event, *name;
	bool adds;
} events[] = {
	{"energy-pkg", "package", true}, {"energy-ram", "dram", true},
	{"energy-cores", "core", false}, {"energy-gpu", "uncore", false},
	{"energy-psys", "psys", false},
};

static int read_event(const struct own_part *part, uint64_t *number)
{
	return read(part->fd, number, sizeof(*number)) == sizeof(*number) ? 0 : -1;
}

static void add_event(struct own_power *o, int meter, struct perf_event_attr *attr, int cpu,
		      size_t which, double joules, char *why, size_t why_size)
{
	int fd = (int)syscall(SYS_perf_event_open, attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	struct own_part *part;
	char name[48];

	if (fd < 0) {
		if (errno == EACCES || errno == EPERM)
			snprintf(why, why_size,
				 "RAPL's counters cannot be read as perf events: CAP_PERFMON allows it");
		return;
	}
	/* One CPU stands for its package. */
	snprintf(name, sizeof(name), "%s-cpu%d", events[which].name, cpu);
	part = own_power_add(o, meter, name);
	if (!part) {
		close(fd);
		return;
	}
	part->fd = fd;
	part->read = read_event;
	part->counts = true;
	part->adds = events[which].adds;
	part->unit = joules;
	part->counter.endless =
		true; /* the kernel reads the counter itself, and adds up in 64 bits */
}

static bool has_rapl(const struct own_power *o)
{
	for (size_t i = 0; i < o->count; i++)
		if (!strcmp(own_power_meters[o->parts[i].meter].name, "rapl"))
			return true;
	return false;
}

void own_energy_find(struct own_power *o, int meter, char *why, size_t why_size)
{
	struct perf_event_attr attr = {.size = sizeof(attr)};
	char text[64];
	struct cpus cpus;

	if (has_rapl(o) || sysfs_text(text, sizeof(text), PMU "/type"))
		return;
	attr.type = (uint32_t)strtoul(text, NULL, 10);
	if (cpus_read(&cpus, PMU "/cpumask"))
		return;
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++) {
		double joules;

		/* "event=0x02", and "2.3283064365386962890625e-10" in Joules. */
		if (sysfs_text(text, sizeof(text), PMU "/events/%s", events[i].event) ||
		    strncmp(text, "event=", 6) != 0)
			continue;
		attr.config = strtoull(text + 6, NULL, 0);
		if (sysfs_text(text, sizeof(text), PMU "/events/%s.scale", events[i].event))
			continue;
		joules = strtod(text, NULL);
		for (size_t j = 0; j < cpus.count; j++)
			add_event(o, meter, &attr, (int)cpus.number[j], i, joules, why, why_size);
	}
	cpus_free(&cpus);
}
