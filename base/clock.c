// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock.h"

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
