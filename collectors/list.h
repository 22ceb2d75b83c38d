/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every collector, for list.c. A new one adds its line here and there. */
#ifndef COLLECTORS_LIST_H
#define COLLECTORS_LIST_H

#include "collectors/collector.h"

extern const struct collector_ops cpu_collector;
extern const struct collector_ops tcp_collector;
extern const struct collector_ops nic_collector;
extern const struct collector_ops softnet_collector;
extern const struct collector_ops syscalls_collector;
extern const struct collector_ops softirq_collector;
extern const struct collector_ops pagealloc_collector;
extern const struct collector_ops locks_collector;
extern const struct collector_ops holds_collector;
extern const struct collector_ops pagepool_collector;
extern const struct collector_ops genpool_collector;
extern const struct collector_ops iouring_collector;
extern const struct collector_ops copy_collector;
extern const struct collector_ops skb_collector;
extern const struct collector_ops latency_collector;
extern const struct collector_ops iowait_collector;
extern const struct collector_ops profile_collector;
extern const struct collector_ops pmu_collector;
extern const struct collector_ops cpufreq_collector;
extern const struct collector_ops cstate_collector;
extern const struct collector_ops power_collector;
extern const struct collector_ops selfcost_collector;

#endif
