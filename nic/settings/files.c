// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/settings/files.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NET "/sys/class/net/"

/* A device's file that is not there, of a device that is: no such setting, unless this /sys shows other devices. */
static int missing(const char *path)
{
	char iface[IF_NAMESIZE], device[sizeof(NET) + IF_NAMESIZE];

	if (strncmp(path, NET, strlen(NET)) != 0)
		return -ENOENT;
	snprintf(iface, sizeof(iface), "%.*s", (int)strcspn(path + strlen(NET), "/"),
		 path + strlen(NET));
	snprintf(device, sizeof(device), NET "%s", iface);
	if (!if_nametoindex(iface))
		return -ENODEV;
	return access(device, F_OK) ? -EXDEV : -ENOENT;
}

int file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : read(fd, text, size - 1);

	if (fd >= 0 && n < 0)
		n = -errno;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return n == -ENOENT ? missing(path) : (int)n;
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	text[n] = '\0';
	return 0;
}

int files_each(const char *dir, const char *prefix, const char *file, file_fn each, void *data)
{
	size_t len = strlen(prefix);
	struct dirent **entries;
	int count = scandir(dir, &entries, NULL, versionsort);
	int result = count < 0 ? -errno : -EOPNOTSUPP;
	unsigned int n = 0;

	if (result == -ENOENT)
		result = missing(dir) == -ENOENT ? -EOPNOTSUPP : missing(dir);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char path[512];

		if (!strncmp(name, prefix, len) && isdigit((unsigned char)name[len]) &&
		    (!n || !result)) {
			snprintf(path, sizeof(path), "%s/%s/%s", dir, name, file);
			result = each(data, path, n++);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return result;
}

struct common {
	char *text;
	size_t size;
};

static int compare(void *data, const char *path, unsigned int n)
{
	struct common *c = data;
	char here[4096];
	int error = file_read(path, here, sizeof(here));

	if (error)
		return error;
	if (n && strcmp(here, c->text) != 0)
		return -ENODATA;
	snprintf(c->text, c->size, "%s", here);
	return 0;
}

int files_value(const char *dir, const char *prefix, const char *file, char *text, size_t size)
{
	struct common c = {text, size};

	text[0] = '\0';
	return files_each(dir, prefix, file, compare, &c);
}
