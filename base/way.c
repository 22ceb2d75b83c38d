// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/way.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel */

int way_refuse(struct outfile_why *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return -1;
}

int way_refuse_errno(struct outfile_why *why, int error)
{
	return way_refuse(why, "%s", strerror(error));
}

/* Who calls sudo has chosen the path as much as root has. */
bool way_is_ours(uid_t owner)
{
	const char *sudo = getenv("SUDO_UID");

	return !owner || owner == geteuid() ||
	       (!geteuid() && sudo && owner == (uid_t)strtoul(sudo, NULL, 10));
}

static bool is_in_proc(int dir)
{
	struct statfs fs;

	return !fstatfs(dir, &fs) && fs.f_type == PROC_SUPER_MAGIC;
}

static int go_on_from(struct way *w, const char *path)
{
	int dir = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -errno;
	if (w->dir >= 0)
		close(w->dir);
	w->dir = dir;
	return 0;
}

/* The text of a link takes the place of its name. */
static int follow(struct way *w, int link, const struct stat *stat, const char *behind,
		  struct outfile_why *why)
{
	char target[PATH_MAX];
	char *rest;
	ssize_t len;
	int error;

	if (!way_is_ours(stat->st_uid))
		return way_refuse(why, "\"%s\" on the way is a symbolic link that user %u made",
				  w->name, stat->st_uid);
	len = readlinkat(link, "", target, sizeof(target) - 1);
	if (len < 0 || ++w->links > LINKS_MAX)
		return way_refuse_errno(why, len < 0 ? errno : ELOOP);
	target[len] = '\0';
	if (asprintf(&rest, "%s%s%s", target, *behind ? "/" : "", behind) < 0)
		return way_refuse_errno(why, ENOMEM);
	free(w->rest);
	w->rest = rest;
	error = *target == '/' ? go_on_from(w, target) : 0;
	return error ? way_refuse_errno(why, -error) : 0;
}

/* The next step's name, and what is behind it. */
static const char *next_step(struct way *w)
{
	const char *at = w->rest + strspn(w->rest, "/");
	size_t len = strcspn(at, "/");

	if (len > NAME_MAX)
		return NULL;
	memcpy(w->name, at, len);
	w->name[len] = '\0';
	return at + len + strspn(at + len, "/");
}

static int open_step(const struct way *w, bool make)
{
	int fd = openat(w->dir, w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT || !make)
		return fd;
	if (mkdirat(w->dir, w->name, 0777) && errno != EEXIST)
		return -1;
	return openat(w->dir, w->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/*
 * One step: 0, or -1 with why; done is set when it was the last. The last may be anything, or
 * nothing, unless all are to be directories: then they are made where they are not there.
 */
static int step(struct way *w, bool directories, bool *done, struct outfile_why *why)
{
	const char *behind = next_step(w);
	struct stat stat;
	bool last;
	int fd;

	if (!behind)
		return way_refuse_errno(why, ENAMETOOLONG);
	if (!*w->name) {
		*done = true;
		return directories ? 0 : way_refuse_errno(why, EISDIR);
	}
	last = !*behind && !directories;
	if (last && behind[-1] == '/')
		return way_refuse_errno(why, EISDIR);
	fd = open_step(w, directories);
	if (fd < 0 && errno == ENOENT && last) {
		*done = true;
		return 0;
	}
	if (fd < 0 || fstat(fd, &stat)) {
		way_refuse_errno(why, errno);
	} else if (S_ISLNK(stat.st_mode) && !(last && is_in_proc(w->dir))) {
		int result = follow(w, fd, &stat, behind, why);

		close(fd);
		return result;
	} else if (last) {
		w->there = *done = true;
		w->stat = stat;
		close(fd);
		return 0;
	} else if (!S_ISDIR(stat.st_mode)) {
		way_refuse_errno(why, ENOTDIR);
	} else {
		char *rest = strdup(behind);

		close(w->dir);
		w->dir = fd;
		free(w->rest);
		w->rest = rest;
		return rest ? 0 : way_refuse_errno(why, ENOMEM);
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

void way_leave(struct way *w)
{
	if (w->dir >= 0)
		close(w->dir);
	free(w->rest);
}

int way_go(struct way *w, const char *path, bool directories, struct outfile_why *why)
{
	bool done = false;
	int error;

	*w = (struct way){.dir = -1, .rest = strdup(path)};
	error = !w->rest ? -ENOMEM : !*path ? -ENOENT : go_on_from(w, path);
	if (error)
		way_refuse_errno(why, -error);
	while (!error && !done)
		error = step(w, directories, &done, why);
	if (error)
		way_leave(w);
	return error ? -1 : 0;
}
