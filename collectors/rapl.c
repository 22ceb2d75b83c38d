// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/rapl.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collectors/sysfs.h"

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
static void name_zone(struct rapl_zone *z, const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	const char *inner = strchr(slash, ':');
	char parent[24];

	inner = inner ? strchr(inner + 1, ':') : NULL;
	if (inner && !sysfs_text(parent, sizeof(parent), "%.*s/name", (int)(inner - path), path))
		snprintf(z->name, sizeof(z->name), "%s/%s", parent, name);
	else
		snprintf(z->name, sizeof(z->name), "%s", name);
}

/* 0, or an errno; a zone that counts no energy is none. any: set by what adds up. */
static int open_zone(struct rapl *r, const char *path, bool *any)
{
	struct rapl_zone *z = &r->zones[r->count];
	char name[24];
	char range[24];

	if (sysfs_text(name, sizeof(name), "%s/name", path) ||
	    sysfs_text(range, sizeof(range), "%s/max_energy_range_uj", path))
		return 0;
	z->fd = sysfs_open("%s/energy_uj", path);
	if (z->fd < 0)
		return errno == ENOENT ? 0 : errno;
	r->count++;
	name_zone(z, path, name);
	z->adds = adds(name);
	*any = *any || z->adds;
	z->range_uj = strtoull(range, NULL, 10);
	return 0;
}

int rapl_open(struct rapl *r, char *why, size_t why_size)
{
	glob_t found = {0};
	bool any = false;
	int error = 0;

	glob(ZONES, 0, NULL, &found);
	r->zones = calloc(found.gl_pathc + 1, sizeof(*r->zones));
	if (!r->zones)
		error = ENOMEM;
	for (size_t i = 0; i < found.gl_pathc && !error; i++)
		error = open_zone(r, found.gl_pathv[i], &any);
	globfree(&found);
	if (error)
		snprintf(why, why_size, "cannot open RAPL's energy counters: %s%s", strerror(error),
			 error == EACCES ? "; run as root" : "");
	else if (!any)
		snprintf(why, why_size,
			 "no power meter: there is no " ZONES ", as in a virtual machine; "
			 "name an external one with --power cmd:COMMAND or --power csv:FILE");
	return error || !any ? -1 : 0;
}

int rapl_read(struct rapl *r, enum edge edge)
{
	for (size_t i = 0; i < r->count; i++)
		if (sysfs_u64(r->zones[i].fd, &r->zones[i].uj[edge]))
			return -1;
	return 0;
}

uint64_t rapl_uj(uint64_t opened, uint64_t closed, uint64_t range_uj)
{
	return closed >= opened ? closed - opened : range_uj - opened + closed;
}

void rapl_close(struct rapl *r)
{
	for (size_t i = 0; i < r->count; i++)
		close(r->zones[i].fd);
	free(r->zones);
	*r = (struct rapl){0};
}
