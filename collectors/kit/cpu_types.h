/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which CPUs are of one kind: where a machine has several, as performance and efficiency cores, each kind has a PMU
 * of its own, which lists its CPUs. What was found out on one CPU holds for those of its type only.
 *
 *   cpu_types_read()
 *   cpu_types_of()    the type of a CPU, a number from 0 on
 *   cpu_types_free()  zeroed is fine
 */
#ifndef COLLECTORS_KIT_CPU_TYPES_H
#define COLLECTORS_KIT_CPU_TYPES_H

#include <stdint.h>

#include "collectors/kit/cpus.h"

#define CPU_TYPES_PMUS "/sys/bus/event_source/devices"
#define CPU_TYPES_MOST 8

struct cpu_type {
	struct cpus cpus; /* none: those that are of no other */
	uint32_t pmu;	  /* its number to perf_event_open(); 0: there is one type only */
};

struct cpu_types {
	struct cpu_type type[CPU_TYPES_MOST];
	unsigned int count; /* 1 at least */
};

/* folder: CPU_TYPES_PMUS. 0, or -1 where there are more types than that: each may be any then. */
int cpu_types_read(struct cpu_types *types, const char *folder);
unsigned int cpu_types_of(const struct cpu_types *types, unsigned int cpu);
void cpu_types_free(struct cpu_types *types);

#endif
