// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_path(const char *format, va_list args)
{
	char path[PATH_MAX];

	if ((size_t)vsnprintf(path, sizeof(path), format, args) >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, O_RDONLY | O_CLOEXEC);
}

int sysfs_open(const char *format, ...)
{
	va_list args;
	int fd;

	va_start(args, format);
	fd = open_path(format, args);
	va_end(args);
	return fd;
}

int sysfs_u64(int fd, uint64_t *value)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	char *rest;

	if (n <= 0)
		return -1;
	text[n] = '\0';
	errno = 0;
	*value = strtoull(text, &rest, 10);
	return rest == text || errno || *text == '-' ? -1 : 0;
}

/* Takes fd. */
static int read_line(char *text, size_t size, int fd)
{
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, text, size - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	for (char *c = text; *c; c++)
		*c = *c == '\t' ? ' ' : *c;
	return *text ? 0 : -1;
}

int sysfs_text(char *text, size_t size, const char *format, ...)
{
	va_list args;
	int fd;

	va_start(args, format);
	fd = open_path(format, args);
	va_end(args);
	return read_line(text, size, fd);
}

int sysfs_text_at(char *text, size_t size, int folder, const char *path)
{
	return read_line(text, size, openat(folder, path, O_RDONLY | O_CLOEXEC));
}
