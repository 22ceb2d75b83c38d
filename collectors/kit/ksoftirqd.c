// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/ksoftirqd.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

struct ksoftirqd {
	unsigned int cpus;
	struct thread {
		int status; /* /proc/PID/status, or -1 */
		__u64 sleeps[EDGE_COUNT];
		bool read[EDGE_COUNT];
	} thread[];
};

/* Of which CPU a thread is; -1: it is none of these. Whatever its name, only the kernel sets that flag. */
static int cpu_of(int proc, const char *pid)
{
	char path[64], text[512];
	unsigned int cpu, flags;
	ssize_t len;
	char *rest;
	int fd;

	snprintf(path, sizeof(path), "%.20s/stat", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[len > 0 ? len : 0] = '\0';
	rest = strrchr(text, ')');
	if (!rest || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %u", &flags) != 1 ||
	    !(flags & PF_KTHREAD) || sscanf(text, "%*d (ksoftirqd/%u)", &cpu) != 1)
		return -1;
	return (int)cpu;
}

/* -1: it cannot be read. */
static int sleeps_of(int fd, __u64 *sleeps)
{
	static const char name[] = "\nvoluntary_ctxt_switches:";
	char text[4096];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	const char *found;

	text[len > 0 ? len : 0] = '\0';
	found = strstr(text, name);
	if (!found)
		return -1;
	*sleeps = strtoull(found + sizeof(name) - 1, NULL, 10);
	return 0;
}

struct ksoftirqd *ksoftirqd_open(unsigned int cpus)
{
	struct ksoftirqd *k = calloc(1, sizeof(*k) + cpus * sizeof(k->thread[0]));
	DIR *proc = k ? opendir("/proc") : NULL;
	struct dirent *entry;
	unsigned int found = 0;

	for (unsigned int cpu = 0; k && cpu < cpus; cpu++)
		k->thread[cpu].status = -1;
	if (k)
		k->cpus = cpus;
	while (proc && (entry = readdir(proc))) {
		int cpu = atoi(entry->d_name) ? cpu_of(dirfd(proc), entry->d_name) : -1;
		char path[64];

		if (cpu < 0 || (unsigned int)cpu >= cpus || k->thread[cpu].status >= 0)
			continue;
		snprintf(path, sizeof(path), "%.20s/status", entry->d_name);
		k->thread[cpu].status = openat(dirfd(proc), path, O_RDONLY | O_CLOEXEC);
		found += k->thread[cpu].status >= 0;
	}
	if (proc)
		closedir(proc);
	if (found)
		return k;
	ksoftirqd_close(k);
	return NULL;
}

void ksoftirqd_read(struct ksoftirqd *k, enum edge edge)
{
	for (unsigned int cpu = 0; k && cpu < k->cpus; cpu++) {
		struct thread *t = &k->thread[cpu];

		t->read[edge] = t->status >= 0 && !sleeps_of(t->status, &t->sleeps[edge]);
	}
}

bool ksoftirqd_woken(const struct ksoftirqd *k, unsigned int cpu, __u64 *times)
{
	const struct thread *t = k && cpu < k->cpus ? &k->thread[cpu] : NULL;

	if (!t || !t->read[EDGE_OPEN] || !t->read[EDGE_CLOSE])
		return false;
	*times = t->sleeps[EDGE_CLOSE] - t->sleeps[EDGE_OPEN];
	return true;
}

void ksoftirqd_close(struct ksoftirqd *k)
{
	for (unsigned int cpu = 0; k && cpu < k->cpus; cpu++)
		if (k->thread[cpu].status >= 0)
			close(k->thread[cpu].status);
	free(k);
}
