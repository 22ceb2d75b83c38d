// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file: a first line "zcprof-journal 1 PID START", then per change one line
 * "file NETNS-INODE PATH OLD-VALUE". Paths and values of sysfs and sysctls hold no line break but
 * the final one; the value is the rest of the line, and may hold tabs and spaces.
 */
#include "nic/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/say.h"
#include "nic/netns.h"

#define HEADER "zcprof-journal 1"

struct change {
	unsigned long long netns;
	char *path;
	char *old;
};

struct journal {
	char *dir;
	char *file; /* NULL until the first change */
	int fd;
	struct change *changes;
	size_t count;
};

/* Field 22 of /proc/PID/stat: with the pid it names a process for as long as the machine is up. */
static unsigned long long start_time(pid_t pid)
{
	char path[40];
	char stat[1024];
	unsigned long long start = 0;
	const char *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	stat[n > 0 ? n : 0] = '\0';
	/* The name in field 2 may hold spaces and parentheses: count from its last one. */
	at = strrchr(stat, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		sscanf(at, " %llu", &start);
	return start;
}

static int read_value(const char *path, char *value, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, value, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	while (n && value[n - 1] == '\n')
		n--;
	value[n] = '\0';
	return strchr(value, '\n') ? -EINVAL : 0;
}

static int write_value(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	size_t len = strlen(value);
	int result = 0;

	if (fd < 0)
		return -errno;
	/* An empty write would not reach the kernel; a line break is how an empty value is said. */
	if (write(fd, len ? value : "\n", len ? len : 1) < 0)
		result = -errno;
	close(fd);
	return result;
}

static void forget(struct change *c)
{
	free(c->path);
	free(c->old);
}

static int remember(struct journal *j, unsigned long long netns, const char *path, const char *old)
{
	struct change *grown = reallocarray(j->changes, j->count + 1, sizeof(*grown));
	struct change *c;

	if (!grown)
		return -ENOMEM;
	j->changes = grown;
	c = &grown[j->count];
	*c = (struct change){netns, strdup(path), strdup(old)};
	if (!c->path || !c->old) {
		forget(c);
		return -ENOMEM;
	}
	j->count++;
	return 0;
}

static void journal_free(struct journal *j)
{
	for (size_t i = 0; i < j->count; i++)
		forget(&j->changes[i]);
	free(j->changes);
	free(j->file);
	free(j->dir);
	if (j->fd >= 0)
		close(j->fd);
	free(j);
}

struct journal *journal_open(const char *dir)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->fd = -1;
	j->dir = strdup(dir);
	if (!j->dir) {
		journal_free(j);
		return NULL;
	}
	return j;
}

static int create_file(struct journal *j)
{
	unsigned long long start = start_time(getpid());

	if (mkdir(j->dir, 0755) && errno != EEXIST)
		return -errno;
	if (asprintf(&j->file, "%s/%d.%llu", j->dir, (int)getpid(), start) < 0) {
		j->file = NULL;
		return -ENOMEM;
	}
	j->fd = open(j->file, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (j->fd < 0)
		return -errno;
	return dprintf(j->fd, HEADER " %d %llu\n", (int)getpid(), start) < 0 ? -errno : 0;
}

int journal_set(struct journal *j, const char *path, const char *value)
{
	unsigned long long netns = netns_inode(-1);
	char old[4096];
	int error;

	for (size_t i = 0; i < j->count; i++)
		if (j->changes[i].netns == netns && !strcmp(j->changes[i].path, path))
			return write_value(path, value);
	error = read_value(path, old, sizeof(old));
	if (!error && strchr(path, ' '))
		error = -EINVAL;
	if (!error && j->fd < 0)
		error = create_file(j);
	if (!error && dprintf(j->fd, "file %llu %s %s\n", netns, path, old) < 0)
		error = -errno;
	if (!error)
		error = remember(j, netns, path, old);
	/* A change that is noted and fails is put back to what it still is: harmless. */
	return error ? error : write_value(path, value);
}

/* A descriptor of the named namespace with this inode, or a negative errno. */
static int find_netns(unsigned long long inode)
{
	DIR *dir = opendir("/run/netns");
	struct dirent *entry;
	int found = -ENOENT;

	if (!dir)
		return found;
	while (found < 0 && (entry = readdir(dir))) {
		int netns = entry->d_name[0] == '.' ? -1 : netns_open(entry->d_name);

		if (netns >= 0 && netns_inode(netns) == inode)
			found = netns;
		else if (netns >= 0)
			close(netns);
	}
	closedir(dir);
	return found;
}

/* In a child, because joining a namespace is for good. -ENOENT: it is gone. */
static int put_back_elsewhere(const struct change *c)
{
	int netns = find_netns(c->netns);
	int status;
	pid_t pid;

	if (netns < 0)
		return -ENOENT;
	pid = fork();
	if (!pid) {
		int error = netns_join(netns);

		_exit(-(error ? error : write_value(c->path, c->old)));
	}
	close(netns);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

/* How many were put back, or -1. */
static int put_back(const struct journal *j)
{
	unsigned long long own = netns_inode(-1);
	int count = 0;
	bool failed = false;

	for (size_t i = j->count; i--;) {
		const struct change *c = &j->changes[i];
		int error = c->netns == own ? write_value(c->path, c->old) : put_back_elsewhere(c);

		count += !error;
		/* ENOENT: the device or the namespace is gone, and the setting with it. */
		if (!error || error == -ENOENT)
			continue;
		say_error("cannot put %s back to \"%s\": %s; write it there by hand", c->path,
			  c->old, strerror(-error));
		failed = true;
	}
	return failed ? -1 : count;
}

/* Put back, and end: how many, or -1, and then the file stays. */
static int undo(struct journal *j)
{
	int count = put_back(j);

	if (count >= 0 && j->file)
		unlink(j->file);
	journal_free(j);
	return count;
}

int journal_close(struct journal *j)
{
	return j && undo(j) < 0 ? -1 : 0;
}

/* What a dead process left in its file; NULL where it is not a journal, or its process lives. */
static struct journal *load(const char *dir, const char *name)
{
	struct journal *j = journal_open(dir);
	unsigned long long start;
	char *line = NULL;
	size_t room = 0;
	FILE *in = NULL;
	int pid;

	if (!j || asprintf(&j->file, "%s/%s", dir, name) < 0)
		goto none;
	in = fopen(j->file, "re");
	if (!in || getline(&line, &room, in) < 0 ||
	    sscanf(line, HEADER " %d %llu", &pid, &start) != 2 || start_time(pid) == start)
		goto none;
	for (ssize_t len; (len = getline(&line, &room, in)) > 0;) {
		unsigned long long netns;
		char path[PATH_MAX];
		int value = 0;

		/* A last line without its end was never acted upon. */
		if (line[len - 1] != '\n')
			break;
		line[len - 1] = '\0';
		if (sscanf(line, "file %llu %4095s%n", &netns, path, &value) == 2 &&
		    line[value] == ' ')
			remember(j, netns, path, line + value + 1);
	}
	goto out;
none:
	if (j)
		journal_free(j);
	j = NULL;
out:
	free(line);
	if (in)
		fclose(in);
	return j;
}

int journal_recover(const char *dir)
{
	DIR *entries = opendir(dir);
	struct dirent *entry;
	int total = 0;

	if (!entries)
		return 0;
	while ((entry = readdir(entries))) {
		struct journal *j = entry->d_name[0] == '.' ? NULL : load(dir, entry->d_name);
		int count = j ? undo(j) : 0;

		if (count > 0)
			say_info("put back %d setting%s that process %.*s had changed and left",
				 count, count == 1 ? "" : "s", (int)strcspn(entry->d_name, "."),
				 entry->d_name);
		if (count < 0 || total < 0)
			total = -1;
		else
			total += count;
	}
	closedir(entries);
	return total;
}
