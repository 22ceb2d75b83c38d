// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PF_EXITING 0x4 /* include/linux/sched.h */

struct process process_look(pid_t pid)
{
	struct process p = {0};
	char path[40];
	char stat[1024];
	unsigned long long pending = 0;
	unsigned int flags = 0;
	const char *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return p;
	n = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	stat[n > 0 ? n : 0] = '\0';
	/* The name in field 2 may hold spaces and parentheses: count from its last one. */
	at = strrchr(stat, ')');
	if (!at ||
	    sscanf(at,
		   ") %*c %*d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu %*u %*d %*u %*u %*u %*u %*u %*u %llu",
		   &flags, &p.start, &pending) != 3)
		return (struct process){0};
	p.dying = flags & PF_EXITING || pending & 1ULL << (SIGKILL - 1);
	return p;
}
