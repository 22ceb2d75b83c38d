// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/way.h"

#define PART	 ".part"
#define READ_MAX (64 << 20) /* a meter that writes each millisecond for half an hour */

struct outfile {
	int dir; /* held by O_PATH; -1 of a stream */
	int fd;
	char name[NAME_MAX + 1]; /* in dir */
	char part[NAME_MAX + 1];
	char *shown;
};

/* /dev/stdout, and what a shell makes of >(…): a descriptor of this process. */
static int own_descriptor(const struct way *w, struct outfile_why *why)
{
	struct stat named, own;
	char *end;
	long number = strtol(w->name, &end, 10);
	int fd;

	if (*end || fstatat(w->dir, w->name, &named, 0) || fstat((int)number, &own) ||
	    named.st_dev != own.st_dev || named.st_ino != own.st_ino)
		return way_refuse(why, "it is a link of /proc");
	fd = fcntl((int)number, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? way_refuse_errno(why, errno) : fd;
}

/* A descriptor of what is no regular file, or -1 with why. */
static int open_special(const struct way *w, struct outfile_why *why)
{
	mode_t mode = w->stat.st_mode;
	struct stat now;
	int fd;

	if (S_ISLNK(mode))
		return own_descriptor(w, why);
	if (S_ISDIR(mode))
		return way_refuse_errno(why, EISDIR);
	if (S_ISBLK(mode))
		return way_refuse(why, "it is a disk");
	if (S_ISSOCK(mode))
		return way_refuse(why, "it is a socket");
	if (S_ISFIFO(mode) && !way_is_ours(w->stat.st_uid))
		return way_refuse(why, "it is a FIFO that user %u made", w->stat.st_uid);
	fd = openat(w->dir, w->name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENXIO ? way_refuse(why, "nobody reads from it")
				      : way_refuse_errno(why, errno);
	if (fstat(fd, &now) || now.st_dev != w->stat.st_dev || now.st_ino != w->stat.st_ino) {
		close(fd);
		return way_refuse(why, "it was replaced meanwhile");
	}
	fcntl(fd, F_SETFL, 0);
	return fd;
}

/* Room for ".part" behind a name of any length, and no character cut in two. */
static void name_part(struct outfile *o)
{
	size_t len = strlen(o->name), most = NAME_MAX - strlen(PART);

	if (len > most)
		for (len = most; len && (o->name[len] & 0xc0) == 0x80;)
			len--;
	memcpy(o->part, o->name, len);
	strcpy(o->part + len, PART);
}

/* In a sticky directory a rename over another's file fails: known before anything is measured. */
static bool may_replace(const struct outfile *o, const struct way *w)
{
	struct stat dir;

	return !geteuid() || w->stat.st_uid == geteuid() || fstat(o->dir, &dir) ||
	       !(dir.st_mode & S_ISVTX) || dir.st_uid == geteuid();
}

static int open_part(struct outfile *o, const struct way *w, struct outfile_why *why)
{
	mode_t mode = 0666;

	if (w->there && !may_replace(o, w))
		return way_refuse(why, "the file is there and belongs to user %u", w->stat.st_uid);
	if (w->there && w->stat.st_uid == geteuid())
		mode &= w->stat.st_mode;
	if (unlinkat(o->dir, o->part, 0) && errno != ENOENT)
		return way_refuse_errno(why, errno);
	o->fd = openat(o->dir, o->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	return o->fd < 0 ? way_refuse_errno(why, errno) : 0;
}

static void free_outfile(struct outfile *o)
{
	if (o->dir >= 0)
		close(o->dir);
	free(o->shown);
	free(o);
}

struct outfile *outfile_open(const char *path, struct outfile_why *why)
{
	struct outfile *o = calloc(1, sizeof(*o));
	bool stream;
	struct way w;

	if (!o || way_go(&w, path, false, why)) {
		if (!o)
			way_refuse_errno(why, ENOMEM);
		free(o);
		return NULL;
	}
	stream = w.there && !S_ISREG(w.stat.st_mode);
	o->dir = o->fd = -1;
	if (asprintf(&o->shown, "%s%s", path, stream ? "" : PART) < 0) {
		o->shown = NULL;
		way_refuse_errno(why, ENOMEM);
	} else if (stream) {
		o->fd = open_special(&w, why);
	} else {
		o->dir = w.dir;
		w.dir = -1;
		memcpy(o->name, w.name, sizeof(o->name));
		name_part(o);
		open_part(o, &w, why);
	}
	way_leave(&w);
	if (o->fd >= 0)
		return o;
	free_outfile(o);
	return NULL;
}

int outfile_fd(const struct outfile *o)
{
	return o->fd;
}

const char *outfile_name(const struct outfile *o)
{
	return o->shown;
}

bool outfile_is_stream(const struct outfile *o)
{
	return o->dir < 0;
}

int outfile_check(const struct outfile *o)
{
	struct stat ours, there;

	if (outfile_is_stream(o))
		return 0;
	if (fstat(o->fd, &ours) || fstatat(o->dir, o->part, &there, AT_SYMLINK_NOFOLLOW))
		return -errno;
	return ours.st_dev == there.st_dev && ours.st_ino == there.st_ino ? 0 : -ESTALE;
}

/* What took the name meanwhile is replaced if it is a regular file. */
static int give_name(const struct outfile *o)
{
	struct stat there;
	int error = outfile_check(o);

	if (error)
		return error;
	if (!fstatat(o->dir, o->name, &there, AT_SYMLINK_NOFOLLOW) && !S_ISREG(there.st_mode))
		return S_ISDIR(there.st_mode) ? -EISDIR : -EEXIST;
	return renameat(o->dir, o->part, o->dir, o->name) ? -errno : 0;
}

int outfile_leave(struct outfile *o)
{
	/* Some file systems (NFS) say only now that there was no room. */
	int error = close(o->fd) ? -errno : 0;

	free_outfile(o);
	return error;
}

int outfile_finish(struct outfile *o)
{
	int error = outfile_is_stream(o) ? 0 : give_name(o);
	int closed = outfile_leave(o);

	return error ? error : closed;
}

void outfile_drop(struct outfile *o)
{
	if (!outfile_is_stream(o) && !outfile_check(o))
		unlinkat(o->dir, o->part, 0);
	outfile_leave(o);
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? n : 0;
	}
	return 0;
}

int outfile_write(const char *path, const char *bytes, size_t len, struct outfile_why *why)
{
	struct outfile *o = outfile_open(path, why);
	int error;

	if (!o)
		return -1;
	error = write_all(o->fd, bytes, len);
	if (error)
		outfile_drop(o);
	else
		error = outfile_finish(o);
	return error ? way_refuse_errno(why, -error) : 0;
}

int outfile_directory(const char *path, struct outfile_why *why)
{
	struct way w;

	if (way_go(&w, path, true, why))
		return -1;
	way_leave(&w);
	return 0;
}

/* Where it leads to, as far as that can be told now. False: nowhere, or to no regular file. */
static bool find_place(const char *path, struct outfile *place, struct stat *dir)
{
	struct outfile_why why;
	struct way w;
	bool found;

	if (way_go(&w, path, false, &why))
		return false;
	memcpy(place->name, w.name, sizeof(place->name));
	name_part(place);
	found = (!w.there || S_ISREG(w.stat.st_mode)) && !fstat(w.dir, dir);
	way_leave(&w);
	return found;
}

bool outfile_same(const char *path, const char *other)
{
	struct outfile a, b;
	struct stat at_a, at_b;

	return find_place(path, &a, &at_a) && find_place(other, &b, &at_b) &&
	       at_a.st_dev == at_b.st_dev && at_a.st_ino == at_b.st_ino &&
	       (!strcmp(a.name, b.name) || !strcmp(a.name, b.part) || !strcmp(a.part, b.name) ||
		!strcmp(a.part, b.part));
}

FILE *outfile_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat stat;
	FILE *in = NULL;

	if (fd < 0)
		return NULL;
	errno = EINVAL;
	if (!fstat(fd, &stat) && S_ISREG(stat.st_mode)) {
		errno = EFBIG;
		if (stat.st_size <= READ_MAX)
			in = fdopen(fd, "r");
	}
	if (!in)
		close(fd);
	return in;
}
