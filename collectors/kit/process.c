// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/child.h"

#define MEMORY_MS 1000

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

/* Of the flags in /proc/PID/stat (include/linux/sched.h). */
#define PF_KTHREAD 0x00200000

int process_stat(pid_t pid, pid_t tid, struct process_stat *stat)
{
	char path[64], text[1024];
	const char *name, *after;
	unsigned long long start;
	unsigned int flags;
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
		   " %c %d %*s %*s %*s %*s %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
		   &stat->state, &parent, &flags, &start) != 4) {
		errno = EINVAL;
		return -1;
	}
	len = (int)(after - name - 1);
	snprintf(stat->name, sizeof(stat->name), "%.*s", len, name + 1);
	stat->of_kernel = flags & PF_KTHREAD;
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

bool process_forked(pid_t pid)
{
	struct dirent *entry;
	bool forked = false;
	DIR *dir = opendir("/proc");

	while (dir && !forked && (entry = readdir(dir))) {
		struct process_stat stat;

		if (isdigit((unsigned char)entry->d_name[0]) &&
		    !process_stat(atoi(entry->d_name), atoi(entry->d_name), &stat))
			forked = stat.parent == pid;
	}
	if (dir)
		closedir(dir);
	return forked;
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

/* ---- what is in its own memory ---- */

__attribute__((noreturn)) static void send_file(int fd, const char *path)
{
	static char text[PROCESS_ENVIRONMENT_MAX];
	ssize_t len;

	if (child_only(fd))
		_exit(1);
	len = read_file(path, text, sizeof(text));
	_exit(len > 0 && write(0, text, (size_t)len) == len ? 0 : 1);
}

/* Bytes, or -1: it has none, or did not give them within a second. */
static ssize_t ask_memory(pid_t pid, const char *file, char *text, size_t size)
{
	struct pollfd ready = {.events = POLLIN};
	char path[40];
	ssize_t used = -1;
	int pair[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)process_living(pid), file);
	child = fork();
	if (!child)
		send_file(pair[1], path);
	close(pair[1]);
	ready.fd = pair[0];
	if (child > 0 && poll(&ready, 1, MEMORY_MS) == 1)
		used = recv(pair[0], text, size, MSG_DONTWAIT);
	if (child > 0)
		child_kill(child, NULL);
	close(pair[0]);
	return used > 0 ? used : -1;
}

void process_command(pid_t pid, char *text, size_t size)
{
	ssize_t used = ask_memory(pid, "cmdline", text, size - 1);

	while (used > 0 && (!text[used - 1] || text[used - 1] == ' '))
		used--;
	for (ssize_t i = 0; i < used; i++)
		if (!isprint((unsigned char)text[i]))
			text[i] = ' ';
	text[used > 0 ? used : 0] = '\0';
}

ssize_t process_environment(pid_t pid, char *text, size_t size)
{
	ssize_t used = ask_memory(pid, "environ", text, size - 1);

	text[used > 0 ? used : 0] = '\0';
	return used;
}
