// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* A folder of /proc, one in it, a file, and those of a library that looks something up meanwhile. */
#define KEPT	    8
#define WANTED_MOST 64

static struct rlimit given;
static bool raised;
static int kept[KEPT];
static int count;

void descriptors_raise(void)
{
	struct rlimit most;

	if (raised || getrlimit(RLIMIT_NOFILE, &given) || given.rlim_cur == given.rlim_max)
		return;
	most = (struct rlimit){given.rlim_max, given.rlim_max};
	raised = !setrlimit(RLIMIT_NOFILE, &most);
}

void descriptors_put_back(void)
{
	if (raised)
		setrlimit(RLIMIT_NOFILE, &given);
}

void descriptors_keep(void)
{
	while (count < KEPT) {
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return;
		kept[count++] = fd;
	}
}

void descriptors_let(void)
{
	while (count)
		close(kept[--count]);
}

static void say_why(int error, char *why, size_t why_size)
{
	struct rlimit limit = {0};

	getrlimit(RLIMIT_NOFILE, &limit);
	if (error == EMFILE)
		snprintf(why, why_size,
			 "this process may have only %llu files open: raise the hard limit of 'ulimit -n'",
			 (unsigned long long)limit.rlim_cur);
	else
		snprintf(why, why_size,
			 "this machine may have no more files open: raise sysctl fs.file-max");
}

bool descriptors_left(int wanted, char *why, size_t why_size)
{
	int opened[WANTED_MOST];
	bool left = true;
	int n = 0;

	for (; left && n < wanted && n < WANTED_MOST; n += left) {
		opened[n] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		left = opened[n] >= 0 || (errno != EMFILE && errno != ENFILE);
	}
	if (!left)
		say_why(errno, why, why_size);
	while (n)
		if (opened[--n] >= 0)
			close(opened[n]);
	return left;
}
