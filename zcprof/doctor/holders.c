// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/doctor/holders.h"

#include <dirent.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sockets of generic netlink in this network namespace, by their inodes. */
struct sockets {
	unsigned long long *inodes;
	size_t count;
};

static void read_sockets(struct sockets *s)
{
	FILE *in = fopen("/proc/net/netlink", "re");
	char line[256];

	while (in && fgets(line, sizeof(line), in)) {
		unsigned long long *grown;
		unsigned long long inode;
		int protocol;

		/* sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode */
		if (sscanf(line, "%*x %d %*u %*x %*d %*d %*d %*d %*d %llu", &protocol, &inode) !=
			    2 ||
		    protocol != NETLINK_GENERIC)
			continue;
		grown = reallocarray(s->inodes, s->count + 1, sizeof(*grown));
		if (!grown)
			break;
		s->inodes = grown;
		grown[s->count++] = inode;
	}
	if (in)
		fclose(in);
}

static bool is_wanted(const char *target, const struct sockets *s)
{
	unsigned long long inode;

	if (!s)
		return !strcmp(target, "anon_inode:[io_uring]");
	if (sscanf(target, "socket:[%llu]", &inode) != 1)
		return false;
	for (size_t i = 0; i < s->count; i++)
		if (s->inodes[i] == inode)
			return true;
	return false;
}

/* s: NULL for rings. */
static bool has_one(const char *pid, const struct sockets *s)
{
	struct dirent *entry;
	bool found = false;
	char path[300];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		char target[64];
		ssize_t len;

		snprintf(path, sizeof(path), "/proc/%.16s/fd/%.16s", pid, entry->d_name);
		len = readlink(path, target, sizeof(target) - 1);
		if (len <= 0)
			continue;
		target[len] = '\0';
		found = is_wanted(target, s);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* A ring has no namespace of its own, so it counts where its process is. */
static bool is_here(const char *pid)
{
	struct stat ours;
	struct stat its;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.16s/ns/net", pid);
	return !stat("/proc/self/ns/net", &ours) && !stat(path, &its) && ours.st_ino == its.st_ino;
}

static void add(const char *pid, char *who, size_t size)
{
	size_t len = strlen(who);
	char name[32] = "?";
	char path[64];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	in = fopen(path, "re");
	if (in) {
		if (fgets(name, sizeof(name), in))
			name[strcspn(name, "\n")] = '\0';
		fclose(in);
	}
	snprintf(who + len, size - len, "%s%s (%.16s)", len ? ", " : "", name, pid);
}

void holders_of(const char *holder, char *who, size_t size)
{
	bool ring = !strncmp(holder, "io_uring", 8);
	struct sockets sockets = {0};
	struct dirent *entry;
	DIR *dir;

	*who = '\0';
	if (!ring && strcmp(holder, "devmem"))
		return;
	if (!ring)
		read_sockets(&sockets);
	dir = opendir("/proc");
	while (dir && (entry = readdir(dir))) {
		const char *pid = entry->d_name;

		if (*pid < '0' || *pid > '9' || strtol(pid, NULL, 10) == getpid())
			continue;
		if (has_one(pid, ring ? NULL : &sockets) && (!ring || is_here(pid)))
			add(pid, who, size);
	}
	if (dir)
		closedir(dir);
	free(sockets.inodes);
}
