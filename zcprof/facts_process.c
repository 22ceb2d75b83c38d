// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/facts_process.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "collectors/kit/process.h"
#include "collectors/kit/sysfs.h"
#include "nic/device.h"

/* ---- how it is run ---- */

static void say(struct writer *w, enum record_end end, const char *key, const char *value)
{
	writer_fact(w, end, METRIC_fact_process, key, value);
}

static void say_scheduling(struct writer *w, enum record_end end, pid_t pid)
{
	static const char *const names[] = {
		[SCHED_OTHER] = "other", [SCHED_FIFO] = "fifo", [SCHED_RR] = "rr",
		[SCHED_BATCH] = "batch", [SCHED_IDLE] = "idle", [6] = "deadline",
	};
	int policy = sched_getscheduler(pid) & ~SCHED_RESET_ON_FORK;
	struct sched_param param = {0};
	char text[48];
	int nice;

	if (policy < 0 || policy > 6 || !names[policy] || sched_getparam(pid, &param))
		return;
	errno = 0;
	nice = getpriority(PRIO_PROCESS, pid);
	if (errno)
		return;
	if (policy == SCHED_FIFO || policy == SCHED_RR)
		snprintf(text, sizeof(text), "%s priority %d", names[policy], param.sched_priority);
	else if (policy == SCHED_OTHER || policy == SCHED_BATCH)
		snprintf(text, sizeof(text), "%s nice %d", names[policy], nice);
	else
		snprintf(text, sizeof(text), "%s", names[policy]);
	say(w, end, "scheduling", text);
}

static void say_locked_memory(struct writer *w, enum record_end end, pid_t pid)
{
	struct rlimit limit;
	char text[32] = "unlimited";

	if (prlimit(pid, RLIMIT_MEMLOCK, NULL, &limit))
		return;
	if (limit.rlim_cur != RLIM_INFINITY)
		snprintf(text, sizeof(text), "%llu", (unsigned long long)limit.rlim_cur);
	say(w, end, "locked memory limit", text);
}

/* The name is the other program's to choose; the writer shows no more of it than may be printed. */
static void say_tracer(struct writer *w, enum record_end end, int tracer)
{
	char name[64];

	if (!tracer)
		say(w, end, "traced by", "nobody");
	else if (sysfs_text(name, sizeof(name), "/proc/%d/comm", tracer))
		say(w, end, "traced by", "a process");
	else
		say(w, end, "traced by", name);
}

/* A line of its status (proc_pid_status(5)); the filters that each of its calls goes through from Linux 5.9 on. */
static void say_status(struct writer *w, enum record_end end, const char *line)
{
	char text[16];
	int number;

	if (sscanf(line, "TracerPid: %d", &number) == 1)
		say_tracer(w, end, number);
	if (sscanf(line, "Seccomp_filters: %15[0-9]", text) == 1)
		writer_fact(w, end, METRIC_fact_on_path, "seccomp filters", text);
}

/* ---- what it was started with ---- */

/*
 * Of its environment what libraries and runtimes are told by: others may be secrets. ld.so(8), mallopt(3), the
 * manuals of allocators and languages.
 */
static const char *const tunables[] = {
	"GLIBC_TUNABLES=",
	"GODEBUG=",
	"GOGC=",
	"GOMAXPROCS=",
	"GOMEMLIMIT=",
	"LD_AUDIT=",
	"LD_BIND_NOW=",
	"LD_PRELOAD=",
	"MALLOC_",
	"MIMALLOC_",
	"OMP_",
	"OPENSSL_ia32cap=",
	"PYTHONASYNCIODEBUG=",
	"PYTHONDEVMODE=",
	"PYTHONMALLOC=",
	"TCMALLOC_",
	"UV_THREADPOOL_SIZE=",
};

/* Bytes of what is said of them. */
#define TUNABLES_MAX 1024

static bool is_tunable(const char *variable)
{
	for (size_t i = 0; i < sizeof(tunables) / sizeof(*tunables); i++)
		if (!strncmp(variable, tunables[i], strlen(tunables[i])))
			return true;
	return false;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The process may have written them anew since; the writer shows no more of them than may be printed. */
static void say_tunables(struct writer *w, enum record_end end, const char *bytes, size_t size)
{
	const char *found[64] = {NULL};
	size_t count = 0, used = 0;
	char text[TUNABLES_MAX] = "none";

	for (const char *at = bytes; at < bytes + size; at += strlen(at) + 1)
		if (count < sizeof(found) / sizeof(*found) && is_tunable(at))
			found[count++] = at;
	qsort(found, count, sizeof(*found), by_text);
	for (size_t i = 0; i < count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%.200s", i ? " " : "",
					 found[i]);
	say(w, end, "environment", text);
}

static void say_environment(struct writer *w, enum record_end end, pid_t pid)
{
	char *bytes = malloc(PROCESS_ENVIRONMENT_MAX + 1);
	ssize_t size = bytes ? process_environment(pid, bytes, PROCESS_ENVIRONMENT_MAX + 1) : -1;

	if (size > 0)
		say_tunables(w, end, bytes, (size_t)size);
	free(bytes);
}

void facts_process(struct writer *w, enum record_end end, const struct target *t)
{
	pid_t pid = t->kind == TARGET_CPUS ? 0 : target_first(t);
	char path[32], line[256];
	FILE *status;

	if (pid <= 0)
		return;
	say_scheduling(w, end, pid);
	say_locked_memory(w, end, pid);
	say_environment(w, end, pid);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	status = fopen(path, "re");
	while (status && fgets(line, sizeof(line), status))
		say_status(w, end, line);
	if (status)
		fclose(status);
}

/* ---- where it is ---- */

#define NODES_MAX 64
/* Of what the kernel says of a process's mappings, for a process may have very many. */
#define MAPPINGS_MAX 20000

static void say_nodes(struct writer *w, enum record_end end, const char *key, const bool *nodes)
{
	char text[4 * NODES_MAX] = "";
	size_t used = 0;

	for (int node = 0; node < NODES_MAX && used < sizeof(text); node++)
		if (nodes[node])
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d",
						 used ? "," : "", node);
	if (used)
		writer_fact(w, end, METRIC_fact_numa, key, text);
}

static void say_nodes_of_cpus(struct writer *w, enum record_end end, const struct target *t)
{
	bool nodes[NODES_MAX] = {false};

	for (int node = 0; t->cpus_known && node < NODES_MAX; node++)
		for (int cpu = 0; cpu < CPU_SETSIZE && !nodes[node]; cpu++) {
			char path[80];

			snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/cpu%d", node,
				 cpu);
			nodes[node] = CPU_ISSET(cpu, &t->cpus) && !access(path, F_OK);
		}
	say_nodes(w, end, "cpus", nodes);
}

/* numa_maps(5): "7f… default anon=32 dirty=32 N0=30 N1=2 kernelpagesize_kB=4", pages of that size. */
static void add_mapping(char *line, unsigned long long kb[NODES_MAX])
{
	const char *at = strstr(line, "kernelpagesize_kB=");
	unsigned long long pages, size = at ? strtoull(strchr(at, '=') + 1, NULL, 10) : 4;
	unsigned int node;

	/* What a file fills is code; what was not touched is nowhere. */
	if (!strstr(line, " anon=") && !strstr(line, " huge "))
		return;
	for (at = strstr(line, " N"); at; at = strstr(at + 1, " N"))
		if (sscanf(at, " N%u=%llu", &node, &pages) == 2 && node < NODES_MAX)
			kb[node] += pages * size;
}

/* Those that hold a tenth of its memory or more. */
static void say_nodes_of_memory(struct writer *w, enum record_end end, pid_t pid)
{
	unsigned long long kb[NODES_MAX] = {0}, all = 0;
	bool nodes[NODES_MAX] = {false};
	char path[32], line[1024];
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/numa_maps", (int)pid);
	maps = fopen(path, "re");
	for (int i = 0; maps && i < MAPPINGS_MAX && fgets(line, sizeof(line), maps); i++)
		add_mapping(line, kb);
	if (maps)
		fclose(maps);
	for (int node = 0; node < NODES_MAX; node++)
		all += kb[node];
	for (int node = 0; node < NODES_MAX; node++)
		nodes[node] = kb[node] && kb[node] * 10 >= all;
	say_nodes(w, end, "memory", nodes);
}

void facts_numa(struct writer *w, enum record_end end, const struct target *t)
{
	pid_t pid = t->kind == TARGET_CPUS ? 0 : target_first(t);
	int folder = t->iface[0] ? device_folder(t->iface) : -1;
	char line[32];

	say_nodes_of_cpus(w, end, t);
	if (pid > 0)
		say_nodes_of_memory(w, end, pid);
	if (folder < 0)
		return;
	/* -1: of no node, as on a machine that has one. */
	if (!sysfs_text_at(line, sizeof(line), folder, "device/numa_node") && line[0] != '-')
		writer_fact(w, end, METRIC_fact_numa, "device", line);
	close(folder);
}
