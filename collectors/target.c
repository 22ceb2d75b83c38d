// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/collector.h"

enum record_end run_cpu_end(const struct run *run, int cpu)
{
	bool rx = run->target[END_RX].cpus_known && CPU_ISSET(cpu, &run->target[END_RX].cpus);
	bool tx = run->target[END_TX].cpus_known && CPU_ISSET(cpu, &run->target[END_TX].cpus);

	if (rx == tx)
		return END_HOST;
	return rx ? END_RX : END_TX;
}

enum record_end run_pid_end(const struct run *run, pid_t tgid)
{
	for (int end = END_RX; end <= END_TX; end++)
		if (tgid && run->target[end].pid == tgid)
			return end;
	return END_HOST;
}
