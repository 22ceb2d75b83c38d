// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>

uint64_t clock_of_ns(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		return 0;
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
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

static void read_ahead(void)
{
	FILE *f = fopen("/proc/self/timens_offsets", "re");
	char line[128];
	long long s, ns;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "monotonic %lld %lld", &s, &ns) == 2)
			ahead_ns = (uint64_t)s * 1000000000 + (uint64_t)ns;
	if (f)
		fclose(f);
}

uint64_t clock_kernel_ns(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_ahead);
	return clock_ns() - ahead_ns;
}
