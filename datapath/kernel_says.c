// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/kernel_says.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool kernel_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

bool kernel_number(const char *text, const char *word, uint64_t *number)
{
	const char *at = text;

	while (at && strncmp(at, word, strlen(word))) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return at && sscanf(at + strlen(word), "%lu", number) == 1;
}

uint64_t groups_least(uint64_t (*left)(const char *dir))
{
	char text[PATH_MAX];
	char dir[PATH_MAX] = "/sys/fs/cgroup";
	size_t root = strlen(dir);
	uint64_t least = UINT64_MAX;
	const char *own;

	if (!kernel_text("/proc/self/cgroup", text, sizeof(text)))
		return UINT64_MAX;
	own = !strncmp(text, "0::/", 4) ? text + 3 : strstr(text, "\n0::/");
	if (!own)
		return UINT64_MAX;
	own += *own == '\n' ? 4 : 0;
	snprintf(dir + root, sizeof(dir) - root, "%.*s", (int)strcspn(own, "\n"), own);
	for (;;) {
		uint64_t here = left(dir);

		least = here < least ? here : least;
		if (strlen(dir) <= root)
			return least;
		*strrchr(dir, '/') = '\0';
	}
}
