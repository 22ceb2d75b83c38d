// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "record/options.h"

#define ONLY(option) (1ULL << OPTION_##option)
_Static_assert(OPTION_verify < 64, "the options outgrow a word: make ONLY() a wider set");

static const struct {
	const char *name;
	uint64_t only;
} paths[] = {
#define PATH(end, name, options) {#name, options},
#include "record/paths.def"
#undef PATH
};

bool option_for(enum option_id id, const char *path)
{
	bool named = false;

	if (option_is_setting(id))
		return true;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (!(paths[i].only & 1ULL << id))
			continue;
		if (!strcmp(paths[i].name, path))
			return true;
		named = true;
	}
	return !named;
}
