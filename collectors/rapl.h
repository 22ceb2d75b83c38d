/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RAPL's energy counters, by powercap.
 *
 *   rapl_open()   every zone that there is
 *   rapl_read()   all of them at an edge
 *   rapl_uj()     what was used between two figures of a counter
 *   rapl_close()
 */
#ifndef COLLECTORS_RAPL_H
#define COLLECTORS_RAPL_H

#include "collectors/collector.h"

struct rapl_zone {
	char name[48]; /* package-0, package-0/dram */
	bool adds;     /* to the sum; false: part of another zone, or another view of it */
	int fd;
	uint64_t range_uj; /* the counter's largest figure */
	uint64_t uj[EDGE_COUNT];
};

struct rapl {
	struct rapl_zone *zones;
	size_t count;
};

/* 0, or -1 with why filled in. */
int rapl_open(struct rapl *r, char *why, size_t why_size);
/* 0, or -1 where any cannot be read. */
int rapl_read(struct rapl *r, enum edge edge);
/* A counter that wrapped more than once cannot be told from one that wrapped once. */
uint64_t rapl_uj(uint64_t opened, uint64_t closed, uint64_t range_uj);
void rapl_close(struct rapl *r);

#endif
