// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/room.h"

#include <limits.h>
#include <stdio.h>

#include "datapath/kernel_says.h"
#include "datapath/path.h"

uint64_t room_wanted(const struct config *config, uint64_t flows)
{
	const struct path *path = config->path;
	uint64_t messages = 0;
	uint64_t all;

	/* Pages of 2 MiB are reserved ones. */
	if (config->options.hugepages)
		return 0;
	/* What a sender sends lies there once, whatever the path. */
	if (config->end == END_TX)
		messages = config->options.msg +
			   (config_is_mixed(config) ? config->options.rpc.request : 0);
	if (__builtin_mul_overflow(path->flow_memory ? path->flow_memory(config) : 0, flows, &all) ||
	    __builtin_add_overflow(all, path->shared_memory ? path->shared_memory(config) : 0,
				   &all) ||
	    __builtin_add_overflow(all, messages, &all))
		return UINT64_MAX;
	return all;
}

static uint64_t machine(void)
{
	char text[4096];
	uint64_t kib;

	if (!kernel_text("/proc/meminfo", text, sizeof(text)) ||
	    !kernel_number(text, "MemAvailable:", &kib))
		return UINT64_MAX;
	return kib << 10;
}

/* One control group: what its limit leaves, and what it could drop of its files. */
static uint64_t group(const char *dir)
{
	char path[PATH_MAX + 32];
	char text[8192];
	uint64_t most;
	uint64_t now;
	uint64_t files;

	snprintf(path, sizeof(path), "%s/memory.max", dir);
	if (!kernel_text(path, text, sizeof(text)) || !kernel_number(text, "", &most))
		return UINT64_MAX; /* "max", or a kernel that does not say */
	snprintf(path, sizeof(path), "%s/memory.current", dir);
	if (!kernel_text(path, text, sizeof(text)) || !kernel_number(text, "", &now))
		return most;
	snprintf(path, sizeof(path), "%s/memory.stat", dir);
	if (kernel_text(path, text, sizeof(text)) && kernel_number(text, "inactive_file ", &files))
		now -= files < now ? files : now;
	return now < most ? most - now : 0;
}

uint64_t room_there(void)
{
	uint64_t here = machine();
	uint64_t group_s = groups_least(group);

	return here < group_s ? here : group_s;
}

bool room_allowed(const struct config *config, uint64_t flows, char *why, size_t why_size)
{
	uint64_t wanted = room_wanted(config, flows);
	uint64_t there = room_there();
	const struct path *path = config->path;
	bool message = config->end == END_TX && !(path->flow_memory && path->flow_memory(config));

	/* The rest is for page tables, socket buffers, and whoever else is here. */
	if (wanted <= there / 4 * 3)
		return true;
	snprintf(why, why_size,
		 "%s %s with %llu flows takes %.1f GiB of memory, and of the %.1f GiB that are available here three quarters may be taken: ask for smaller or fewer buffers%s",
		 record_end_name[config->end], config->path->name, (unsigned long long)flows,
		 wanted / 0x1p30, there / 0x1p30, message ? " by --msg" : ", or fewer flows");
	return false;
}
