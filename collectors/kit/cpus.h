/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs by their numbers. Numbers have gaps, there may be more CPUs than a cpu_set_t holds, and CPUs
 * come and go: so nothing here counts them, and whatever is kept by CPU is kept by its number.
 *
 *   cpus_parse()       a list as the kernel writes it: 0,2,4-7
 *   cpus_read()        one in a file, such as CPUS_ONLINE
 *   cpus_has()
 *   cpus_free()        an empty list is fine
 *   cpus_bound()       one more than the highest number that a CPU of this machine may ever have
 *
 *   hotplug_open()     watches from now on which CPUs come and go
 *   hotplug_look()     takes in what did, at an edge
 *   hotplug_changes()  how often a CPU came or went until then
 *   hotplug_forget()   counts from 0 again
 *   hotplug_close()    one that was never opened (zeroed) is fine
 *
 * The kernel tells each change by a uevent, so that a CPU that went and came back is known too.
 * Where none can be heard, as in a container, CPUs that are there at one look and not at the next
 * are.
 */
#ifndef COLLECTORS_KIT_CPUS_H
#define COLLECTORS_KIT_CPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPUS_ONLINE   "/sys/devices/system/cpu/online"
#define CPUS_POSSIBLE "/sys/devices/system/cpu/possible"

/* No kernel has so many (CONFIG_NR_CPUS). */
#define CPUS_MOST 65536

/* Ascending. */
struct cpus {
	unsigned int *number;
	size_t count;
};

/* 0 or a negative errno; -EINVAL: it is no such list. cpus is empty then. */
int cpus_parse(struct cpus *cpus, const char *text);
int cpus_read(struct cpus *cpus, const char *path);
bool cpus_has(const struct cpus *cpus, unsigned int cpu);
void cpus_free(struct cpus *cpus);
unsigned int cpus_bound(void);

struct hotplug {
	bool open;
	int uevents; /* -1: they cannot be heard */
	struct cpus online;
	unsigned int bound;
	unsigned int *changes; /* by CPU */
};

/* 0 or a negative errno. */
int hotplug_open(struct hotplug *h);
void hotplug_look(struct hotplug *h);
unsigned int hotplug_changes(const struct hotplug *h, unsigned int cpu);
void hotplug_forget(struct hotplug *h);
void hotplug_close(struct hotplug *h);

#endif
