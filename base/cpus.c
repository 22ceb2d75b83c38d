// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cpus.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/quantity.h"

static void read_present(cpu_set_t *present)
{
	FILE *in = fopen("/sys/devices/system/cpu/present", "re");
	char text[4096] = "";
	const char *why;
	long count;

	if (in && !fgets(text, sizeof(text), in))
		text[0] = '\0';
	if (in)
		fclose(in);
	text[strcspn(text, "\n")] = '\0';
	if (*text && !cpulist_parse(text, present, &why))
		return;
	CPU_ZERO(present);
	count = sysconf(_SC_NPROCESSORS_CONF);
	for (int cpu = 0; cpu < count && cpu < CPU_SETSIZE; cpu++)
		CPU_SET(cpu, present);
}

int cpus_lacking(const cpu_set_t *wanted)
{
	cpu_set_t present;

	read_present(&present);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, wanted) && !CPU_ISSET(cpu, &present))
			return cpu;
	return -1;
}
