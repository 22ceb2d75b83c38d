// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

uint64_t clock_of_ns(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		return 0;
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

void clock_compare(struct clock_apart *a, double asked_ns, double said_ns, double heard_ns)
{
	double error_ns = (heard_ns - asked_ns) / 2;

	if (error_ns >= a->error_ns)
		return;
	a->error_ns = error_ns;
	a->ahead_ns = said_ns - (asked_ns + heard_ns) / 2;
}

uint64_t clock_ns(void)
{
	return clock_of_ns(CLOCK_MONOTONIC);
}

double clock_s(void)
{
	return (double)clock_ns() / 1e9;
}

/* How far a time namespace (time_namespaces(7)) has put its clock ahead; it cannot change later. */
static uint64_t ahead_ns;
static bool known;

/*
 * The file says it of the namespace that children will be in, which is this process's own unless it has just
 * made one for them.
 */
static void read_ahead(void)
{
	const ino_t initial = 0xEFFFFFFA; /* PROC_TIME_INIT_INO, include/linux/proc_ns.h */
	struct stat own, children;
	char line[128];
	long long s, ns;
	FILE *f = NULL;

	/* A kernel without them has one time. */
	known = stat("/proc/self/ns/time", &own) || own.st_ino == initial;
	if (!known && !stat("/proc/self/ns/time_for_children", &children) &&
	    children.st_ino == own.st_ino)
		f = fopen("/proc/self/timens_offsets", "re");
	while (f && !known && fgets(line, sizeof(line), f)) {
		known = sscanf(line, "monotonic %lld %lld", &s, &ns) == 2;
		if (known)
			ahead_ns = (uint64_t)s * 1000000000 + (uint64_t)ns;
	}
	if (f)
		fclose(f);
}

uint64_t clock_to_kernel_ns(uint64_t ns)
{
	clock_kernel_known();
	return ns - ahead_ns;
}

uint64_t clock_kernel_ns(void)
{
	return clock_to_kernel_ns(clock_ns());
}

bool clock_kernel_known(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_ahead);
	return known;
}
