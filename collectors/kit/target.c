// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/target_list.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/quantity.h"
#include "collectors/kit/process.h"
#include "collectors/kit/sysfs.h"
#include "nic/netns.h"

enum record_end target_of_cpu(const struct target targets[END_COUNT], int cpu)
{
	bool rx = targets[END_RX].cpus_known && CPU_ISSET(cpu, &targets[END_RX].cpus);
	bool tx = targets[END_TX].cpus_known && CPU_ISSET(cpu, &targets[END_TX].cpus);

	if (rx == tx)
		return END_HOST;
	return rx ? END_RX : END_TX;
}

bool target_here(const struct target *t)
{
	return t->pid || t->kind != TARGET_PROCESS;
}

int target_netns(struct target *t, const char *name, char *why, size_t why_size)
{
	char path[256];
	const char *text_why;
	uint64_t number;

	snprintf(path, sizeof(path), "%s", name);
	t->netns = netns_open(path);
	if (t->netns == -ENOENT && !quantity_count(name, &number, &text_why)) {
		snprintf(path, sizeof(path), "/proc/%s/ns/net", name);
		t->netns = netns_open(path);
	}
	t->netns_inode = t->netns >= 0 ? netns_inode(t->netns) : 0;
	if (t->netns < 0 || !t->netns_inode) {
		snprintf(why, why_size,
			 "there is no network namespace %s: %s; give a name that 'ip netns' lists, a path such as /proc/PID/ns/net, or the number of a process in it",
			 name, strerror(t->netns < 0 ? -t->netns : EINVAL));
		t->netns = -1;
		return -1;
	}
	if (t->netns_inode == netns_inode(-1)) {
		close(t->netns);
		t->netns = -1;
	}
	t->kind = TARGET_NETNS;
	snprintf(t->path, sizeof(t->path), "%s", path);
	return 0;
}

static void list_thread(void *data, pid_t pid, pid_t tid)
{
	const struct target_listing *l = data;

	l->on_thread(l->data, pid, tid);
}

void target_list_process(struct target_listing *l, pid_t pid)
{
	l->count++;
	if (l->on_process)
		l->on_process(l->data, pid);
	else
		process_threads(pid, list_thread, l);
}

/* Whether a process is in the namespace, by one of its threads that lives. */
static bool is_in_netns(pid_t pid, ino_t inode)
{
	char path[40];
	struct stat at;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	if (stat(path, &at)) {
		snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)process_living(pid));
		if (stat(path, &at))
			return false;
	}
	if (at.st_ino != inode)
		return false;
	/* A thread of the kernel has no program, and is not counted. */
	memcpy(strrchr(path, '/') - strlen("/ns") + 1, "exe", sizeof("exe"));
	return readlink(path, (char[1]){0}, 1) >= 0;
}

static int list_netns(struct target_listing *l, ino_t inode)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    is_in_netns(atoi(entry->d_name), inode))
			target_list_process(l, atoi(entry->d_name));
	closedir(dir);
	return 0;
}

void target_on_cpus(struct target *t)
{
	t->kind = TARGET_CPUS;
	t->cpus_known = true;
}

void target_has_machine(struct target *t)
{
	char online[CPULIST_TEXT_MAX];
	const char *why;

	t->cpus_known = !sysfs_text(online, sizeof(online), "/sys/devices/system/cpu/online") &&
			!cpulist_parse(online, &t->cpus, &why);
}

int target_hold(struct target *t)
{
	struct process_stat stat;

	if (t->kind != TARGET_PROCESS)
		return 0;
	if (process_stat(t->pid, t->pid, &stat))
		return -errno;
	t->start = stat.start;
	return 0;
}

/* Its number may be another's by now. */
static bool is_the_same(const struct target *t)
{
	struct process_stat stat;

	return !t->start || (!process_stat(t->pid, t->pid, &stat) && stat.start == t->start);
}

static int list(const struct target *t, struct target_listing *l)
{
	int error = 0;

	if (t->kind == TARGET_CGROUP)
		error = target_list_cgroup(l, t->path, t->threaded, 0);
	else if (t->kind == TARGET_NETNS)
		error = list_netns(l, t->netns_inode);
	else if (t->kind == TARGET_PROCESS && t->pid && is_the_same(t))
		target_list_process(l, t->pid);
	return error ? error : l->count;
}

int target_each(const struct target *t, target_process_fn on_process, void *data)
{
	struct target_listing l = {.on_process = on_process, .data = data};

	return list(t, &l);
}

int target_each_thread(const struct target *t, target_thread_fn on_thread, void *data)
{
	struct target_listing l = {.on_thread = on_thread, .data = data};

	return list(t, &l);
}

static void take_first(void *data, pid_t pid)
{
	pid_t *first = data;

	if (!*first)
		*first = pid;
}

pid_t target_first(const struct target *t)
{
	pid_t first = t->kind == TARGET_CPUS ? getpid() : 0;

	target_each(t, take_first, &first);
	return first;
}

char *target_describe(const struct target *t, char *text, size_t size)
{
	char cpus[CPULIST_TEXT_MAX];

	if (t->kind == TARGET_CGROUP)
		snprintf(text, size, "cgroup %s", t->path);
	else if (t->kind == TARGET_NETNS)
		snprintf(text, size, "network namespace %s", t->path);
	else if (t->kind == TARGET_CPUS)
		snprintf(text, size, "CPUs %s", cpulist_print(&t->cpus, cpus, sizeof(cpus)));
	else
		snprintf(text, size, "process %d", (int)t->pid);
	return text;
}

void target_close(struct target *t)
{
	if (t->netns >= 0)
		close(t->netns);
	t->netns = -1;
}
