/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every BPF program begins with: the kernel's types, the window, and which end a task is of.
 *
 *   window     set by the collector through the skeleton, while the programs run
 *   run_scope  set by the collector before the programs are loaded: the tasks of each end
 */
#ifndef BPF_COMMON_BPF_H
#define BPF_COMMON_BPF_H

#include "vmlinux/vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "bpf/common.h"
#include "record/record.h"

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

/* include/linux/interrupt.h */
#define NET_TX_SOFTIRQ 2
#define NET_RX_SOFTIRQ 3

struct window window = {NEVER, NEVER};
const volatile struct run_scope run_scope[END_COUNT];

/*
 * Before 5.11 the kernel gives the task that runs as a number, and not as a pointer that a program may follow:
 * then its fields are read as those of any other task.
 */
#define CURRENT_IS_TYPED bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)

static __always_inline struct task_struct *current_task(void)
{
	if (CURRENT_IS_TYPED)
		return bpf_get_current_task_btf();
	return (struct task_struct *)bpf_get_current_task();
}

/* A field of it. */
#define current_field(task, field) (CURRENT_IS_TYPED ? (task)->field : BPF_CORE_READ(task, field))

/*
 * A field of what a raw tracepoint hands over as a number, and of what that leads to. From 6.2 on the kernel lets a program say
 * of what type it is and read it as it stands, with a null where nothing is; before, by a call for each field, which takes
 * some 70 instructions in place of 5.
 */
extern void *bpf_rdonly_cast(const void *at, __u32 type) __ksym __weak;

#define CAN_SAY_TYPES	     bpf_core_enum_value_exists(enum special_kfunc_type, KF_bpf_rdonly_cast)
#define said_to_be(type, at) ((type *)bpf_rdonly_cast(at, bpf_core_type_id_kernel(type)))
#define field_of(type, at, field)                                                                  \
	(CAN_SAY_TYPES ? said_to_be(type, at)->field : BPF_CORE_READ((type *)(at), field))

static __always_inline bool is_above(struct cgroup *group, __u64 id, __u32 level)
{
	struct cgroup___before *before = (void *)group;
	struct cgroup *above = NULL;
	struct cgroup **ancestors;
	struct kernfs_node *node;
	__u64 *ids, found = 0;

	if (bpf_core_field_exists(before->ancestor_ids)) {
		ids = __builtin_preserve_access_index(&before->ancestor_ids[0]);
		bpf_probe_read_kernel(&found, sizeof(found), ids + level);
		return found == id;
	}
	ancestors = __builtin_preserve_access_index(&group->ancestors[0]);
	bpf_probe_read_kernel(&above, sizeof(above), ancestors + level);
	if (!above)
		return false;
	node = field_of(struct cgroup, above, kn);
	return field_of(struct kernfs_node, node, id) == id;
}

static __always_inline bool is_of_cgroup(struct task_struct *task, __u64 id, __u32 level)
{
	struct css_set *groups = field_of(struct task_struct, task, cgroups);
	struct cgroup *group = field_of(struct css_set, groups, dfl_cgrp);

	return group && (__u32)field_of(struct cgroup, group, level) >= level &&
	       is_above(group, id, level);
}

/* Inode of the namespace that a device is in, or a thread. */
static __always_inline __u32 netns_inode(struct net *netns)
{
	return field_of(struct net, netns, ns.inum);
}

static __always_inline __u32 netns_of(struct net_device *device)
{
	struct net *netns = field_of(struct net_device, device, nd_net.net);

	return netns_inode(netns);
}

/* Threads of the kernel are in the first namespace, and do not work for it alone. */
static __always_inline bool is_of_netns(struct task_struct *task, __u32 inode)
{
	struct nsproxy *namespaces;
	struct net *netns;

	if (field_of(struct task_struct, task, flags) & PF_KTHREAD)
		return false;
	namespaces = field_of(struct task_struct, task, nsproxy);
	netns = field_of(struct nsproxy, namespaces, net_ns);
	return netns_inode(netns) == inode;
}

static __always_inline bool is_on_cpus(const volatile struct run_scope *scope, __u32 tgid)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return tgid && cpu < RUN_CPUS && (scope->cpus[cpu / 64] >> (cpu % 64) & 1);
}

/* The verifier drops what the run does not ask for. */
static __always_inline bool is_of_scope(const volatile struct run_scope *scope,
					struct task_struct *task, __u32 tgid)
{
	if (scope->tgid && scope->tgid == tgid)
		return true;
	if (scope->cgroup && is_of_cgroup(task, scope->cgroup, scope->cgroup_level))
		return true;
	if (scope->netns && is_of_netns(task, scope->netns))
		return true;
	return scope->by_cpu && is_on_cpus(scope, tgid);
}

/* END_HOST for a task that is not of the run: where ends are processes, after two comparisons. */
static __always_inline enum record_end run_end(struct task_struct *task, __u32 tgid)
{
	for (enum record_end end = END_RX; end <= END_TX; end++)
		if (is_of_scope(&run_scope[end], task, tgid))
			return end;
	return END_HOST;
}

/* Of the task that runs. */
static __always_inline enum record_end current_end(void)
{
	struct task_struct *task = current_task();

	return run_end(task, current_field(task, tgid));
}

/* In place of an end: it is not known whose. */
#define END_UNKNOWN END_COUNT

/*
 * Whose what is done for a network namespace is, where each end has its devices in one of its own. That of a third, as of
 * a forwarder between them, is neither's. So is what a device of the host hands on to one of an end that lies on it
 * (macvlan), or by bpf_redirect_peer(), for that happens behind the tracepoint (another_round of net/core/dev.c): zcroi says
 * how much was neither's.
 */
static __always_inline __u32 netns_end(__u32 netns)
{
	if (!run_scope[END_RX].devices_netns || !netns)
		return END_UNKNOWN;
	for (enum record_end end = END_RX; end <= END_TX; end++)
		if (run_scope[end].devices_netns == netns)
			return end;
	return END_HOST;
}

/*
 * What zcprof's own namespace receives may be anybody's of the machine. It is the end's only where that of now, by the task that
 * runs or by the CPU, is not nobody.
 */
static __always_inline __u32 end_if_shared(__u32 end, __u32 of_now)
{
	bool shared = (end == END_RX || end == END_TX) && run_scope[end].netns_shared;

	return shared && of_now == END_HOST ? END_HOST : end;
}

/* As netns_end(), of a packet: that of its device. */
static __always_inline __u32 packet_end(struct sk_buff *skb)
{
	struct net_device *device;

	if (!run_scope[END_RX].devices_netns)
		return END_UNKNOWN;
	device = field_of(struct sk_buff, skb, dev);
	return netns_end(netns_of(device));
}

static __always_inline __u32 current_tid(void)
{
	struct task_struct *task = current_task();

	return current_field(task, pid);
}

/* Whether a task may be of an end in one moment and not in the next. */
static __always_inline bool run_end_varies(void)
{
	return run_scope[END_RX].by_cpu || run_scope[END_TX].by_cpu || run_scope[END_RX].cgroup ||
	       run_scope[END_TX].cgroup;
}

#endif
