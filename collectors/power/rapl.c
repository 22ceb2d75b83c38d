// SPDX-License-Identifier: GPL-2.0-or-later
/* RAPL's energy counters, as powercap shows them (Documentation/power/powercap/powercap.rst). */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/power/own.h"
#include "collectors/kit/sysfs.h"

/* Not intel-rapl-mmio: those are the same packages again. */
#define ZONES "/sys/class/powercap/intel-rapl:*"

/*
 * A package holds its cores and uncore; its memory counts beside it, and psys is the platform with
 * all of these in it.
 */
static bool adds(const char *name)
{
	return !strncmp(name, "package-", 8) || !strcmp(name, "dram");
}

/* intel-rapl:0:1 lies in intel-rapl:0. */
static void name_zone(char *whole, size_t size, const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	const char *inner = strchr(slash, ':');
	char parent[24];

	inner = inner ? strchr(inner + 1, ':') : NULL;
	if (inner && !sysfs_text(parent, sizeof(parent), "%.*s/name", (int)(inner - path), path))
		snprintf(whole, size, "%s/%s", parent, name);
	else
		snprintf(whole, size, "%s", name);
}

/* A zone that counts no energy is none. */
static void add_zone(struct own_power *o, int meter, const char *path, char *why, size_t why_size)
{
	char name[24], range[24], whole[56];
	struct own_part *part;
	int fd;

	if (sysfs_text(name, sizeof(name), "%s/name", path))
		return;
	fd = sysfs_open("%s/energy_uj", path);
	if (fd < 0) {
		if (errno != ENOENT)
			snprintf(why, why_size, "RAPL's energy counters cannot be opened: %s%s",
				 strerror(errno), errno == EACCES ? "; run as root" : "");
		return;
	}
	name_zone(whole, sizeof(whole), path, name);
	part = own_power_add(o, meter, whole);
	if (!part)
		return;
	part->fd = fd;
	part->read = own_power_sysfs;
	part->counts = true;
	part->adds = adds(name);
	part->unit = 1e-6;
	if (!sysfs_text(range, sizeof(range), "%s/max_energy_range_uj", path))
		part->counter.range = strtoull(range, NULL, 10);
}

void own_rapl_find(struct own_power *o, int meter, char *why, size_t why_size)
{
	glob_t found = {0};

	glob(ZONES, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		add_zone(o, meter, found.gl_pathv[i], why, why_size);
	globfree(&found);
}
