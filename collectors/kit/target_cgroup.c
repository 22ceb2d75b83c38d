// SPDX-License-Identifier: GPL-2.0-or-later
/* A target that is a control group of version 2, and what is in it and below it. */
#include "collectors/kit/target_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "collectors/kit/process.h"
#include "collectors/kit/sysfs.h"

/* kernfs numbers from here, fs/kernfs/dir.c. */
#define ROOT_CGROUP_ID 1
/* include/linux/exportfs.h */
#define FILEID_KERNFS 0xfe
/* A cgroup below this would take a thread of its own to list: nobody nests so deep. */
#define DEPTH_MAX 32

/* Where cgroup2 is mounted: alone, or beside the controllers of version 1. Where all of it is, if anywhere. */
static bool find_cgroup2(char *root, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	struct stat at;
	bool found = false, whole = false;

	while (mounts && !whole && (m = getmntent(mounts))) {
		if (strcmp(m->mnt_type, "cgroup2") || strlen(m->mnt_dir) >= size ||
		    stat(m->mnt_dir, &at))
			continue;
		whole = at.st_ino == ROOT_CGROUP_ID;
		if (whole || !found)
			strcpy(root, m->mnt_dir);
		found = true;
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

/*
 * A cgroup that was named below another mount, as it is called below the root: its number is the same in
 * both (exportfs of kernfs). False where that may not be asked.
 */
static bool find_below(const char *root, ino_t id, char *path, size_t size)
{
	struct {
		struct file_handle handle;
		uint64_t id;
	} at = {{.handle_bytes = sizeof(at.id), .handle_type = FILEID_KERNFS}, id};
	int mount = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = mount < 0 ? -1 : open_by_handle_at(mount, &at.handle, O_PATH | O_CLOEXEC);
	char link[40];
	ssize_t len = -1;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (fd >= 0)
		len = readlink(link, path, size - 1);
	path[len > 0 ? len : 0] = '\0';
	if (fd >= 0)
		close(fd);
	if (mount >= 0)
		close(mount);
	return len > 0;
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

/* Its members are threads, of which a process may have others elsewhere. */
static bool is_threaded(const char *path)
{
	char type[32];

	return !sysfs_text(type, sizeof(type), "%s/cgroup.type", path) && !strcmp(type, "threaded");
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
	/* Cut off, it would be another's. */
	if (strlen(root) + strlen(name) + 2 > sizeof(path)) {
		snprintf(why, why_size, "the path of cgroup %.200s... is too long", name);
		return -1;
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
	if (depth < 0 && find_below(root, at.st_ino, whole, sizeof(whole)))
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
	t->threaded = is_threaded(whole);
	return 0;
}

bool target_gone(const struct target *t)
{
	struct stat at;

	return t->kind == TARGET_CGROUP && (stat(t->path, &at) || at.st_ino != t->cgroup_id);
}

/* Members come and go while they are read; those that have no number here are in another PID namespace. */
static void list_threads_of(struct target_listing *l, FILE *members)
{
	pid_t *seen = NULL;
	size_t count = 0;
	int tid;

	while (fscanf(members, "%d", &tid) == 1) {
		pid_t pid = tid ? process_of(tid) : 0;
		size_t i = 0;

		if (!pid)
			continue;
		if (l->on_thread)
			l->on_thread(l->data, pid, tid);
		while (i < count && seen[i] != pid)
			i++;
		if (i < count)
			continue;
		if (!(count & (count - 1))) {
			pid_t *grown = reallocarray(seen, count ? 2 * count : 1, sizeof(*seen));

			if (!grown)
				break;
			seen = grown;
		}
		seen[count++] = pid;
		l->count++;
		if (l->on_process)
			l->on_process(l->data, pid);
	}
	free(seen);
}

static void list_processes_of(struct target_listing *l, FILE *members)
{
	int pid;

	while (fscanf(members, "%d", &pid) == 1)
		if (pid)
			target_list_process(l, pid);
}

int target_list_cgroup(struct target_listing *l, const char *path, bool threaded, int depth)
{
	struct dirent *entry;
	char inner[PATH_MAX];
	FILE *members;
	DIR *dir;

	snprintf(inner, sizeof(inner), "%s/cgroup.%s", path, threaded ? "threads" : "procs");
	members = fopen(inner, "re");
	if (!members)
		return -errno;
	if (threaded)
		list_threads_of(l, members);
	else
		list_processes_of(l, members);
	fclose(members);
	dir = opendir(path);
	while (dir && depth < DEPTH_MAX && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		/* One that is gone by now has no processes. */
		if ((size_t)snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) <
		    sizeof(inner))
			target_list_cgroup(l, inner, threaded, depth + 1);
	}
	if (dir)
		closedir(dir);
	return 0;
}
