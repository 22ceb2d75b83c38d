// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/kernels.h"

#include <stdio.h>
#include <string.h>

static const struct kernel_change changes[] = {
#define CHANGE(version, subversion, commit, subject, does, ...)                                    \
	{version, subversion, commit, subject, does, "" __VA_ARGS__},
#include "analyze/causes/kernels.def"
#undef CHANGE
};

/* Releases in their order; -1 if it is none. */
static int place_of(const char *release)
{
	int version, subversion;

	if (!release || sscanf(release, "%4d.%4d", &version, &subversion) != 2)
		return -1;
	return version * 10000 + subversion;
}

size_t kernel_changes(const char *a, const char *b, const struct kernel_change **first)
{
	int from = place_of(a), to = place_of(b);
	size_t count = 0;

	if (from < 0 || to < 0)
		return 0;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		int at = changes[i].version * 10000 + changes[i].subversion;

		if (at <= (from < to ? from : to) || at > (from < to ? to : from))
			continue;
		if (!count++)
			*first = &changes[i];
	}
	return count;
}

bool kernel_change_concerns(const struct kernel_change *change, const char *path)
{
	size_t len = path ? strlen(path) : 0;

	if (!path || !*change->paths)
		return true;
	for (const char *at = change->paths; *at; at += strspn(at, " ")) {
		size_t word = strcspn(at, " ");

		if (word == len && !strncmp(at, path, len))
			return true;
		at += word;
	}
	return false;
}
