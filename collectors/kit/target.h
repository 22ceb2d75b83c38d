/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one end of the traffic is, to whoever measures it on this machine: one process, all of a
 * cgroup and those below it, all of a network namespace, or whatever runs on some CPUs. All but the
 * first may change while it is measured: the BPF programs ask of each task anew, others take those
 * that are there when they look.
 *
 *   target_here()       is the end on this machine
 *   target_of_cpu()     the end that was placed on a CPU
 *   target_cgroup()     make it those of a cgroup
 *   target_gone()       is that cgroup no more
 *   target_netns()      make it those of a network namespace
 *   target_on_cpus()    make it whatever runs on CPUs
 *   target_has_machine()  it was placed nowhere and is the only end here: the machine works for it with all CPUs
 *   target_hold()       from now on a process is this one, and no other that is given its number
 *   target_each()       every process that is of it now
 *   target_each_thread()  every thread that is; of a threaded cgroup not all that its processes have
 *   target_first()      one of those, zcprof itself where any may be; 0: there is none
 *   target_describe()   in words
 *   target_close()      lets go of the namespace
 */
#ifndef COLLECTORS_KIT_TARGET_H
#define COLLECTORS_KIT_TARGET_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/record.h"

enum target_kind { TARGET_PROCESS, TARGET_CGROUP, TARGET_NETNS, TARGET_CPUS };

struct target {
	enum target_kind kind;
	pid_t pid;	 /* TARGET_PROCESS: 0 where it runs on another machine */
	uint64_t start;	 /* TARGET_PROCESS: as struct process_stat has it; 0: not held */
	int netns;	 /* descriptor of its network namespace; -1 for zcprof's own */
	char iface[16];	 /* its network device; "" if not known */
	cpu_set_t cpus;	 /* where its threads and its softirq work were placed; */
	bool cpus_known; /* false: not placed, any CPU may be its */

	char path[256];	       /* TARGET_CGROUP: its folder; TARGET_NETNS: its name */
	uint64_t cgroup_id;    /* TARGET_CGROUP */
	uint32_t cgroup_level; /* TARGET_CGROUP: how deep; the root's is 0 */
	bool threaded;	       /* TARGET_CGROUP: its members are threads */
	ino_t netns_inode;     /* TARGET_NETNS */
};

bool target_here(const struct target *t);
/* END_HOST where that is not exactly one of them. */
enum record_end target_of_cpu(const struct target targets[END_COUNT], int cpu);
/* This machine cannot do that. */
#define TARGET_UNABLE (-2)
/* name: a folder, or a path below the root of cgroup2. 0, or -1 or TARGET_UNABLE with why filled
 * in.
 */
int target_cgroup(struct target *t, const char *name, char *why, size_t why_size);
/* Whether a cgroup was removed since, as that of a service that is started again, which has another one then. */
bool target_gone(const struct target *t);
/* name: as of 'ip netns', a path, or the number of a process. 0, or -1 with why filled in. */
int target_netns(struct target *t, const char *name, char *why, size_t why_size);
/* Set cpus first. */
void target_on_cpus(struct target *t);
void target_has_machine(struct target *t);
/* 0 or a negative errno: -ENOENT where it is gone. */
int target_hold(struct target *t);
/* How many processes there were, or a negative errno. None of TARGET_CPUS: any may run there. */
typedef void (*target_process_fn)(void *data, pid_t pid);
typedef void (*target_thread_fn)(void *data, pid_t pid, pid_t tid);
int target_each(const struct target *t, target_process_fn on_process, void *data);
int target_each_thread(const struct target *t, target_thread_fn on_thread, void *data);
pid_t target_first(const struct target *t);
/* Returns text. */
char *target_describe(const struct target *t, char *text, size_t size);
void target_close(struct target *t);

#endif
