// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/configuration.h"

#include <stddef.h>

const char *configuration_cpus(const struct configuration *c, enum record_end side)
{
	const char *cpus = c->value[side][OPTION_cpu];
	struct options o = {0};
	char why[160];

	if (!cpus || !*cpus || options_take(&o, OPTION_cpu, cpus, why, sizeof(why)))
		return NULL;
	if (!o.cpu.by_queue)
		return cpus;
	return o.cpu.offset ? NULL : c->value[side][OPTION_irq_cpu];
}
