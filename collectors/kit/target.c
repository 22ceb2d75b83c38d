// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/target.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <unistd.h>

#include "base/quantity.h"
#include "nic/netns.h"

/* kernfs numbers from here, fs/kernfs/dir.c. */
#define ROOT_CGROUP_ID 1
/* A cgroup below this would take a thread of its own to list: nobody nests so deep. */
#define DEPTH_MAX 32

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

/* ---- cgroups ---- */

/* Where cgroup2 is mounted: alone, or beside the controllers of version 1. */
static bool find_cgroup2(char *root, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	bool found = false;

	while (mounts && !found && (m = getmntent(mounts))) {
		found = !strcmp(m->mnt_type, "cgroup2");
		snprintf(root, size, "%s", m->mnt_dir);
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

/* Folders between the root and the cgroup. -1: it is not below the root. */
static int depth_of(const char *root, const char *path)
{
	size_t len = strlen(root);
	int depth = 0;

	if (strncmp(path, root, len) || (path[len] && path[len] != '/'))
		return -1;
	for (path += len; *path; path += strcspn(path, "/")) {
		path += strspn(path, "/");
		depth += *path != '\0';
	}
	return depth;
}

int target_cgroup(struct target *t, const char *name, char *why, size_t why_size)
{
	char root[256], path[600], whole[PATH_MAX];
	struct stat at_root, at;
	struct statfs fs;
	int depth;

	if (!find_cgroup2(root, sizeof(root)) || stat(root, &at_root)) {
		snprintf(why, why_size,
			 "no cgroup2 is mounted here: mount -t cgroup2 none /sys/fs/cgroup, or give --pid");
		return TARGET_UNABLE;
	}
	snprintf(path, sizeof(path), "%s", name);
	if (*name != '/' || stat(path, &at))
		snprintf(path, sizeof(path), "%s/%s", root, name);
	if (!realpath(path, whole) || stat(whole, &at)) {
		snprintf(why, why_size, "there is no cgroup %s: %s; those of %s are known", name,
			 strerror(errno), root);
		return -1;
	}
	if (statfs(whole, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC) {
		snprintf(why, why_size, "%s is no cgroup of version 2; give one below %s", name,
			 root);
		return -1;
	}
	depth = depth_of(root, whole);
	if (at_root.st_ino != ROOT_CGROUP_ID || depth < 0) {
		snprintf(why, why_size,
			 "%s shows only a part of the cgroups, as in a container: run on the host",
			 root);
		return TARGET_UNABLE;
	}
	if (strlen(whole) >= sizeof(t->path)) {
		snprintf(why, why_size, "the path of cgroup %s is too long", name);
		return -1;
	}
	t->kind = TARGET_CGROUP;
	strcpy(t->path, whole);
	t->cgroup_id = at.st_ino;
	t->cgroup_level = depth;
	return 0;
}

struct listing {
	target_process_fn on_process;
	void *data;
	int count;
};

static int list_cgroup(struct listing *l, const char *path, int depth)
{
	struct dirent *entry;
	char inner[PATH_MAX];
	FILE *procs;
	DIR *dir;
	int pid;

	snprintf(inner, sizeof(inner), "%s/cgroup.procs", path);
	procs = fopen(inner, "re");
	if (!procs)
		return -errno;
	while (fscanf(procs, "%d", &pid) == 1) {
		if (!pid)
			continue; /* it is in another PID namespace, and has no number here */
		l->count++;
		l->on_process(l->data, pid);
	}
	fclose(procs);
	dir = opendir(path);
	while (dir && depth < DEPTH_MAX && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		/* One that is gone by now has no processes. */
		if ((size_t)snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) <
		    sizeof(inner))
			list_cgroup(l, inner, depth + 1);
	}
	if (dir)
		closedir(dir);
	return 0;
}

/* ---- network namespaces ---- */

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

static int list_netns(struct listing *l, ino_t inode)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		char path[300];
		struct stat at;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		if (stat(path, &at) || at.st_ino != inode)
			continue;
		/* A thread of the kernel has no program, and is not counted. */
		snprintf(path, sizeof(path), "/proc/%s/exe", entry->d_name);
		if (readlink(path, (char[1]){0}, 1) < 0)
			continue;
		l->count++;
		l->on_process(l->data, atoi(entry->d_name));
	}
	closedir(dir);
	return 0;
}

/* ---- all kinds ---- */

void target_on_cpus(struct target *t)
{
	t->kind = TARGET_CPUS;
	t->cpus_known = true;
}

int target_each(const struct target *t, target_process_fn on_process, void *data)
{
	struct listing l = {on_process, data, 0};
	int error = 0;

	if (t->kind == TARGET_CGROUP) {
		error = list_cgroup(&l, t->path, 0);
	} else if (t->kind == TARGET_NETNS) {
		error = list_netns(&l, t->netns_inode);
	} else if (t->kind == TARGET_PROCESS && t->pid) {
		l.count = 1;
		on_process(data, t->pid);
	}
	return error ? error : l.count;
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
	char cpus[512];

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
