// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* All of a short file; its length, or -1 with errno. */
static ssize_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;
	int error;

	if (fd < 0)
		return -1;
	len = read(fd, text, size - 1);
	error = errno;
	close(fd);
	errno = error;
	text[len > 0 ? len : 0] = '\0';
	return len;
}

int process_stat(pid_t pid, pid_t tid, struct process_stat *stat)
{
	char path[64], text[1024];
	const char *name, *after;
	unsigned long long start;
	int parent, len;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)pid, (int)tid);
	if (read_file(path, text, sizeof(text)) <= 0)
		return -1;
	/* proc_pid_stat(5): the name is in parentheses, and may hold any. */
	name = strchr(text, '(');
	after = strrchr(text, ')');
	*stat = (struct process_stat){0};
	if (!name || !after ||
	    sscanf(after + 1,
		   " %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
		   &stat->state, &parent, &start) != 3) {
		errno = EINVAL;
		return -1;
	}
	len = (int)(after - name - 1);
	snprintf(stat->name, sizeof(stat->name), "%.*s", len, name + 1);
	stat->parent = parent;
	stat->start = start;
	return 0;
}

static bool has_ended(pid_t pid, pid_t tid)
{
	struct process_stat stat;

	return process_stat(pid, tid, &stat) || stat.state == 'Z' || stat.state == 'X';
}

pid_t process_living(pid_t pid)
{
	struct dirent *entry;
	pid_t living = pid;
	char path[40];
	DIR *dir;

	if (!has_ended(pid, pid))
		return pid;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && living == pid && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]) && !has_ended(pid, atoi(entry->d_name)))
			living = atoi(entry->d_name);
	if (dir)
		closedir(dir);
	return living;
}

pid_t process_of(pid_t tid)
{
	char path[40], text[1024];
	const char *line;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	if (read_file(path, text, sizeof(text)) <= 0)
		return 0;
	/* A name's line ends are written as "\n" in it. */
	line = strstr(text, "\nTgid:");
	return line ? atoi(line + strlen("\nTgid:")) : 0;
}

int process_threads(pid_t pid, void (*on_thread)(void *data, pid_t pid, pid_t tid), void *data)
{
	struct dirent *entry;
	char path[40];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			on_thread(data, pid, atoi(entry->d_name));
	closedir(dir);
	return 0;
}

bool process_numbers(char *why, size_t why_size)
{
	char self[24];
	ssize_t len = readlink("/proc/self", self, sizeof(self) - 1);

	self[len > 0 ? len : 0] = '\0';
	if (len > 0 && atoi(self) == getpid())
		return true;
	if (len > 0)
		snprintf(why, why_size,
			 "/proc is that of another PID namespace than this process is in, where it has the number %s and not %d: mount -t proc proc /proc there (unshare --mount-proc), or run outside",
			 self, (int)getpid());
	else
		snprintf(why, why_size,
			 "there is no /proc that shows this process: mount -t proc proc /proc");
	return false;
}
