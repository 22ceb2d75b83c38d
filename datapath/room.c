// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/room.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static bool read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The number behind a word that begins a line. */
static bool number_of(const char *text, const char *word, uint64_t *number)
{
	const char *at = text;

	while (at && strncmp(at, word, strlen(word))) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return at && sscanf(at + strlen(word), "%lu", number) == 1;
}

static uint64_t machine(void)
{
	char text[4096];
	uint64_t kib;

	if (!read_text("/proc/meminfo", text, sizeof(text)) ||
	    !number_of(text, "MemAvailable:", &kib))
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
	if (!read_text(path, text, sizeof(text)) || !number_of(text, "", &most))
		return UINT64_MAX; /* "max", or a kernel that does not say */
	snprintf(path, sizeof(path), "%s/memory.current", dir);
	if (!read_text(path, text, sizeof(text)) || !number_of(text, "", &now))
		return most;
	snprintf(path, sizeof(path), "%s/memory.stat", dir);
	if (read_text(path, text, sizeof(text)) && number_of(text, "inactive_file ", &files))
		now -= files < now ? files : now;
	return now < most ? most - now : 0;
}

/* The limits of a group are those of each above it, too. */
static uint64_t groups(void)
{
	char text[PATH_MAX];
	char dir[PATH_MAX] = "/sys/fs/cgroup";
	size_t root = strlen(dir);
	uint64_t least = UINT64_MAX;
	const char *own;

	if (!read_text("/proc/self/cgroup", text, sizeof(text)))
		return UINT64_MAX;
	own = !strncmp(text, "0::/", 4) ? text + 3 : strstr(text, "\n0::/");
	if (!own)
		return UINT64_MAX;
	own += *own == '\n' ? 4 : 0;
	snprintf(dir + root, sizeof(dir) - root, "%.*s", (int)strcspn(own, "\n"), own);
	for (;;) {
		uint64_t room = group(dir);

		least = room < least ? room : least;
		if (strlen(dir) <= root)
			return least;
		*strrchr(dir, '/') = '\0';
	}
}

uint64_t room_there(void)
{
	uint64_t here = machine();
	uint64_t group_s = groups();

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
