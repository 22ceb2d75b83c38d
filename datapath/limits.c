// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/limits.h"

#include <limits.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "datapath/kernel_says.h"
#include "datapath/path.h"

/* Of an end without a flow, and some to spare. */
#define OWN_FILES   16
#define OWN_THREADS 2
#define OWN_MAPS    80
/* By malloc's own choice (glibc's NARENAS_FROM_NCORES): as many for each CPU, for those threads that came first. */
#define ARENAS_A_CPU 8
#define ARENA_MAPS   2
/* A thread's stack and the page below it, which nobody may touch. */
#define STACK_MAPS 2

static uint64_t number_in(const char *path)
{
	char text[64];
	uint64_t number;

	return kernel_text(path, text, sizeof(text)) && kernel_number(text, "", &number)
		       ? number
		       : UINT64_MAX;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t less(uint64_t most, uint64_t taken)
{
	if (most == UINT64_MAX)
		return most;
	return most > taken ? most - taken : 0;
}

/* The soft limit is what this program could raise it to: base/descriptors.h. */
static uint64_t own_limit(int resource)
{
	struct rlimit limit;

	return getrlimit(resource, &limit) || limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX
									      : limit.rlim_cur;
}

static uint64_t threads_of_group(const char *dir)
{
	char path[PATH_MAX + 32];
	uint64_t most;

	snprintf(path, sizeof(path), "%s/pids.max", dir);
	most = number_in(path);
	snprintf(path, sizeof(path), "%s/pids.current", dir);
	return less(most, number_in(path));
}

/* Each has a number that no other task of the machine has. */
static uint64_t threads_left(void)
{
	uint64_t most = least(number_in("/proc/sys/kernel/pid_max"),
			      number_in("/proc/sys/kernel/threads-max"));
	uint64_t left;
	unsigned long long tasks = 0;
	char text[128];

	if (kernel_text("/proc/loadavg", text, sizeof(text)) &&
	    sscanf(text, "%*s %*s %*s %*u/%llu", &tasks) != 1)
		tasks = 0;
	left = least(less(most, tasks), groups_least(threads_of_group));
	/* How many of these are this user's is not known; root is not held to it. */
	return geteuid() ? least(left, own_limit(RLIMIT_NPROC)) : left;
}

static uint64_t own_maps(uint64_t flows)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return OWN_MAPS + ARENA_MAPS * least(flows, ARENAS_A_CPU * (cpus > 0 ? (uint64_t)cpus : 1));
}

/* All connections of a sender are to one port of one address, so none can share its own. */
static uint64_t ports_there(void)
{
	unsigned int low, high;
	char text[64];

	if (!kernel_text("/proc/sys/net/ipv4/ip_local_port_range", text, sizeof(text)) ||
	    sscanf(text, "%u %u", &low, &high) != 2 || high < low)
		return UINT64_MAX;
	return high - low + 1;
}

bool limits_allow(const struct config *config, uint64_t flows, unsigned int sockets, char *why,
		  size_t why_size)
{
	const struct path *path = config->path;
	bool tx = config->end == END_TX;
	unsigned int files = sockets + (config->options.blocking ? 0 : path->files);
	const struct {
		uint64_t wanted, there;
		const char *what, *cure;
	} of[] = {
		{flows * files + OWN_FILES, own_limit(RLIMIT_NOFILE), "open files",
		 "raise the hard limit of 'ulimit -n'"},
		{flows + OWN_THREADS, threads_left(), "threads",
		 "see 'sysctl kernel.pid_max kernel.threads-max', 'ulimit -u' and pids.max of the control group"},
		{flows * (STACK_MAPS + path->maps) + own_maps(flows),
		 number_in("/proc/sys/vm/max_map_count"), "mappings of memory",
		 "raise sysctl vm.max_map_count"},
		{tx ? flows : 0, ports_there(), "ports of its own",
		 "widen sysctl net.ipv4.ip_local_port_range"},
	};

	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		if (of[i].wanted <= of[i].there)
			continue;
		snprintf(why, why_size,
			 "%s %s with %llu flows takes %llu %s, and %llu are left here: %s, or take fewer flows",
			 record_end_name[config->end], path->name, (unsigned long long)flows,
			 (unsigned long long)of[i].wanted, of[i].what,
			 (unsigned long long)of[i].there, of[i].cure);
		return false;
	}
	return true;
}
