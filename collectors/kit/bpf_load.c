// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/bpf_load.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "collectors/kit/bpf_means.h"
#include "collectors/kit/cpus.h"
#include "nic/netns.h"

/*
 * How far ahead an edge is set: longer than a write takes to be seen by every CPU and than a
 * program runs between reading the clock and the window, and nothing beside the window's length.
 */
#define EDGE_AHEAD_NS 10000

static bool is_needed(const void *with, const char *program)
{
	(void)with;
	(void)program;
	return true;
}

int bpf_load(struct bpf_object_skeleton *skeleton, const char *source, char *why, size_t why_size)
{
	const char *tracepoint = bpf_means_tracepoints(*skeleton->obj, is_needed, NULL);
	char what[64];
	int error;

	if (tracepoint) {
		snprintf(why, why_size, "this kernel has no tracepoint %s, as newer ones have",
			 tracepoint);
		return -1;
	}
	error = bpf_object__load_skeleton(skeleton);
	if (!error)
		return 0;
	snprintf(what, sizeof(what), "loading the %s programs", source);
	return bpf_refused(error, what, why, why_size);
}

int bpf_attach(struct bpf_object_skeleton *skeleton, const char *source, char *why, size_t why_size)
{
	int error = bpf_object__attach_skeleton(skeleton);
	char what[64];

	if (!error)
		return 0;
	snprintf(what, sizeof(what), "attaching the %s programs", source);
	return bpf_refused(error, what, why, why_size);
}

static void set_scope(struct run_scope *scope, const struct target *t)
{
	switch (t->kind) {
	case TARGET_PROCESS:
		scope->tgid = t->pid;
		break;
	case TARGET_CGROUP:
		scope->cgroup = t->cgroup_id;
		scope->cgroup_level = t->cgroup_level;
		break;
	case TARGET_NETNS:
		scope->netns = t->netns_inode;
		break;
	case TARGET_CPUS:
		scope->by_cpu = true;
		for (int cpu = 0; cpu < RUN_CPUS; cpu++)
			if (CPU_ISSET(cpu, &t->cpus))
				scope->cpus[cpu / 64] |= 1ULL << cpu % 64;
		break;
	}
}

/* Only where they differ: of one namespace both ends are, or neither. */
static void set_devices(struct run_scope scope[END_COUNT], const struct target *target)
{
	const struct target *rx = &target[END_RX], *tx = &target[END_TX];
	ino_t rx_netns, tx_netns, own;

	if (!target_here(rx) || !target_here(tx))
		return;
	rx_netns = netns_inode(rx->netns);
	tx_netns = netns_inode(tx->netns);
	if (!rx_netns || !tx_netns || rx_netns == tx_netns)
		return;
	scope[END_RX].devices_netns = rx_netns;
	scope[END_TX].devices_netns = tx_netns;
	own = netns_inode(-1);
	scope[END_RX].netns_shared = rx_netns == own;
	scope[END_TX].netns_shared = tx_netns == own;
}

int bpf_run_scope(struct run_scope scope[END_COUNT], const struct measurement *run, char *why,
		  size_t why_size)
{
	const ino_t initial = 0xEFFFFFFC; /* PROC_PID_INIT_INO, include/linux/proc_ns.h */
	struct stat own;

	if (!stat("/proc/self/ns/pid", &own) && own.st_ino != initial) {
		snprintf(why, why_size,
			 "BPF programs know processes by their ids in the initial PID namespace, and this is another: run on the host, or in a container that shares its PIDs");
		return -1;
	}
	if (!clock_kernel_known()) {
		snprintf(why, why_size,
			 "BPF programs have the kernel's own clock, and how far that of this time namespace is from it cannot be told: run it in a child of the process that made the namespace, or outside");
		return -1;
	}
	for (int end = END_RX; end <= END_TX; end++)
		set_scope(&scope[end], &run->target[end]);
	set_devices(scope, run->target);
	return 0;
}

static __u64 set_edge(__u64 *edge_ns)
{
	__u64 ns = clock_kernel_ns() + EDGE_AHEAD_NS;

	__atomic_store_n(edge_ns, ns, __ATOMIC_RELEASE);
	return ns;
}

void bpf_window_edge(struct window *window, enum edge edge)
{
	set_edge(edge == EDGE_OPEN ? &window->open_ns : &window->close_ns);
}

void bpf_slice_begin(struct window *window)
{
	__atomic_store_n(&window->open_ns, NEVER, __ATOMIC_RELEASE);
	__atomic_store_n(&window->close_ns, NEVER, __ATOMIC_RELEASE);
	set_edge(&window->open_ns);
}

__u64 bpf_slice_end(struct window *window)
{
	__u64 close_ns = set_edge(&window->close_ns);

	while (clock_kernel_ns() < close_ns)
		;
	return close_ns - window->open_ns;
}

unsigned int bpf_cpus(void)
{
	return cpus_bound();
}
