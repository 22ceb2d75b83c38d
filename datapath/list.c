// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "datapath/path.h"

const struct path *const paths[] = {
#define PATH(end, name, ...) &path_##end##_##name,
#include "record/paths.def"
#undef PATH
	NULL,
};

const struct path *path_find(const char *name, enum record_end end)
{
	for (int i = 0; paths[i]; i++)
		if (paths[i]->end == end && !strcmp(paths[i]->name, name))
			return paths[i];
	return NULL;
}
