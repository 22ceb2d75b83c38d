// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/extent.h"

#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "collectors/kit/softnet_stat.h"

/* So long a reading is good for the next who wants one: edges follow on one another. */
#define READING_NS 1000000

/* Of all zones, since the machine was started. False: it could not be read. */
static bool pages_so_far(__u64 *sum)
{
	FILE *f = fopen("/proc/vmstat", "re");
	__u64 pages = 0, zone;
	char line[128];

	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "pgalloc_%*s %llu", &zone) == 1)
			pages += zone;
	fclose(f);
	if (pages)
		*sum = pages;
	return pages;
}

struct extent extent_now(bool fresh)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct softnet_seen seen;
	static struct extent last;
	struct extent now;
	uint64_t packets = 0;

	pthread_mutex_lock(&lock);
	now = last;
	now.of[MEASURE_TIME] = clock_ns();
	if (fresh || now.of[MEASURE_TIME] - last.of[MEASURE_TIME] >= READING_NS) {
		now.failed[MEASURE_PACKETS] = !softnet_grown(&seen, &packets);
		now.of[MEASURE_PACKETS] += packets;
		now.failed[MEASURE_PAGES] = !pages_so_far(&now.of[MEASURE_PAGES]);
		last = now;
	}
	pthread_mutex_unlock(&lock);
	return now;
}

struct extent extent_between(struct extent from, struct extent to)
{
	struct extent extent;

	for (int by = 0; by < MEASURES; by++) {
		extent.of[by] = to.of[by] > from.of[by] ? to.of[by] - from.of[by] : 0;
		extent.failed[by] = from.failed[by] || to.failed[by];
	}
	return extent;
}
