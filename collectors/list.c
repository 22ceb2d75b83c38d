// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/list.h"

/* clang-format off */
const struct collector_ops *const collectors[] = {
	&cpu_collector,
	&softnet_collector,
	&nic_collector,
	&tcp_collector,
	&syscalls_collector,
	&softirq_collector,
	&iowait_collector,
	&locks_collector, &holds_collector,
	&pagepool_collector,
	&genpool_collector,
	&pagealloc_collector,
	&iouring_collector,
	&copy_collector,
	&skb_collector,
	&latency_collector,
	&profile_collector,
	&pmu_collector,
	&cpufreq_collector,
	&cstate_collector,
	&power_collector,
	&selfcost_collector,
	NULL,
};
