// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "record/options.h"

/* A bit for each option. */
__extension__ typedef unsigned __int128 option_set;
#define BIT_OF(id)   ((option_set)1 << (id))
#define ONLY(option) BIT_OF(OPTION_##option)
_Static_assert(OPTION_verify < 128, "the options outgrow a set: make it a wider one");

/* What is told to a socket through which the bytes come and go. */
#define SOCKET                                                                                     \
	(ONLY(mss) | ONLY(cc) | ONLY(pacing) | ONLY(sndbuf) | ONLY(rcvbuf) | ONLY(lowat) |         \
	 ONLY(read) | ONLY(udp_gro))

static const struct {
	option_set only;
	option_set without;
	const char *name;
	bool datagrams;
} paths[] = {
#define PATH(end, path, ...) {.name = #path, .only = __VA_ARGS__},
#include "record/paths.def"
#undef PATH
};

bool option_datagrams(const char *path)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (!strcmp(paths[i].name, path) && paths[i].datagrams)
			return true;
	return false;
}

bool option_for(enum option_id id, const char *path)
{
	bool named = false;

	if (option_is_setting(id))
		return true;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		bool is_it = !strcmp(paths[i].name, path);

		if (is_it && paths[i].without & BIT_OF(id))
			return false;
		if (!(paths[i].only & BIT_OF(id)))
			continue;
		if (is_it)
			return true;
		named = true;
	}
	return !named;
}
