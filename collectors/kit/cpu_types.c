// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/cpu_types.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/kit/sysfs.h"

/* A PMU that belongs to CPUs has "cpus"; one that some CPU has only to read has "cpumask". */
static int add_pmu(struct cpu_types *types, const char *folder, const char *name)
{
	struct cpu_type type = {0};
	char path[512], text[32];

	snprintf(path, sizeof(path), "%s/%s/cpus", folder, name);
	if (cpus_read(&type.cpus, path) || !type.cpus.count)
		return 0;
	if (!sysfs_text(text, sizeof(text), "%s/%s/type", folder, name))
		type.pmu = (uint32_t)strtoul(text, NULL, 10);
	if (types->count == CPU_TYPES_MOST) {
		cpus_free(&type.cpus);
		return -1;
	}
	types->type[types->count++] = type;
	return 0;
}

int cpu_types_read(struct cpu_types *types, const char *folder)
{
	struct dirent **names;
	int count, error = 0;

	*types = (struct cpu_types){.count = 1}; /* type 0 is of those that no PMU lists */
	count = scandir(folder, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.' && add_pmu(types, folder, names[i]->d_name))
			error = -1;
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return error;
}

unsigned int cpu_types_of(const struct cpu_types *types, unsigned int cpu)
{
	for (unsigned int i = 1; i < types->count; i++)
		if (cpus_has(&types->type[i].cpus, cpu))
			return i;
	return 0;
}

void cpu_types_free(struct cpu_types *types)
{
	for (unsigned int i = 0; i < types->count; i++)
		cpus_free(&types->type[i].cpus);
	*types = (struct cpu_types){0};
}
