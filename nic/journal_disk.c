// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/say.h"
#include "nic/process.h"

int journal_read_value(const char *path, char *value, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, value, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	while (n && value[n - 1] == '\n')
		n--;
	value[n] = '\0';
	return strchr(value, '\n') ? -EINVAL : 0;
}

int journal_write_value(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t len = strlen(value);
	int result = 0;

	if (fd < 0)
		return -errno;
	/* An empty write would not reach the kernel; a line break is how an empty value is said. */
	if (write(fd, len ? value : "\n", len ? len : 1) < 0)
		result = -errno;
	close(fd);
	return result;
}

char *journal_boot(char id[BOOT_ID_MAX])
{
	id[0] = '\0';
	if (journal_read_value("/proc/sys/kernel/random/boot_id", id, BOOT_ID_MAX) || !*id ||
	    strchr(id, ' '))
		strcpy(id, "-");
	return id;
}

int journal_dir(const char *dir, bool make)
{
	struct stat st;
	int fd;

	if (make && mkdir(dir, 0755) && errno != EEXIST)
		return -errno;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && (!st.st_uid || st.st_uid == geteuid()) && !(st.st_mode & 022))
		return fd;
	close(fd);
	return -EPERM;
}

int journal_lock(int fd, enum journal_byte byte, bool wait)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	while (fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock))
		if (errno != EINTR)
			return -errno;
	return 0;
}

bool journal_locked(int fd, enum journal_byte byte)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return !fcntl(fd, F_OFD_GETLK, &lock) && lock.l_type != F_UNLCK;
}

struct journal *journal_open(const char *dir)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->fd = j->dir_fd = -1;
	j->dir = strdup(dir);
	if (!j->dir) {
		journal_free(j);
		return NULL;
	}
	return j;
}

void journal_free(struct journal *j)
{
	bool done = true;

	for (size_t i = 0; i < j->count; i++) {
		done = done && j->changes[i].done;
		free(j->changes[i].subject);
		free(j->changes[i].old);
	}
	if (done && j->fd >= 0)
		unlinkat(j->dir_fd, j->name, 0);
	free(j->changes);
	free(j->name);
	free(j->dir);
	if (j->fd >= 0)
		close(j->fd);
	if (j->dir_fd >= 0)
		close(j->dir_fd);
	free(j);
}

/*
 * A file of this name, which is locked. It may have been taken for one that a dead process left
 * empty before it was; then it has no name any more, and another is made.
 */
static int create_locked(struct journal *j)
{
	struct stat st;
	int error = 0;

	j->fd = openat(j->dir_fd, j->name, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (j->fd < 0)
		return -errno;
	error = journal_lock(j->fd, JOURNAL_OWNER, true);
	if (!error && !fstat(j->fd, &st) && st.st_nlink)
		return 0;
	close(j->fd);
	j->fd = -1;
	return error ? error : -EEXIST;
}

/* A whole line or nothing: behind a part of one, where no room was left, the next would not be understood. */
int journal_append(const struct journal *j, const char *format, ...)
{
	off_t end = lseek(j->fd, 0, SEEK_END);
	int error = 0;
	va_list args;

	va_start(args, format);
	if (vdprintf(j->fd, format, args) < 0)
		error = -errno;
	va_end(args);
	if (error && end >= 0 && ftruncate(j->fd, end))
		say_detail("%s/%s ends with a part of a line", j->dir, j->name);
	return error;
}

/* A process may have several. */
int journal_create(struct journal *j)
{
	unsigned long long start = process_look(getpid()).start;
	char boot[BOOT_ID_MAX];
	int error = -EEXIST;

	if (j->dir_fd < 0)
		j->dir_fd = journal_dir(j->dir, true);
	if (j->dir_fd < 0)
		return j->dir_fd;
	for (int n = 1; error == -EEXIST; n++) {
		free(j->name);
		if (asprintf(&j->name, "%d.%llu.%d", (int)getpid(), start, n) < 0) {
			j->name = NULL;
			return -ENOMEM;
		}
		error = create_locked(j);
	}
	if (error)
		return error;
	error = journal_append(j, JOURNAL_HEADER " %d %d %llu %s\n", JOURNAL_VERSION, (int)getpid(),
			       start, journal_boot(boot));
	if (error) {
		unlinkat(j->dir_fd, j->name, 0);
		close(j->fd);
		j->fd = -1;
	}
	return error;
}

int journal_remember(struct journal *j, const struct change *c)
{
	struct change *grown = reallocarray(j->changes, j->count + 1, sizeof(*grown));
	struct change *to;

	if (!grown)
		return -ENOMEM;
	j->changes = grown;
	to = &grown[j->count];
	*to = *c;
	to->subject = strdup(c->subject);
	to->old = strdup(c->old);
	if (!to->subject || !to->old) {
		free(to->subject);
		free(to->old);
		return -ENOMEM;
	}
	j->count++;
	return 0;
}

/* If that cannot be noted it is put back once more, to the same. */
void journal_note_done(const struct journal *j, size_t i)
{
	j->changes[i].done = true;
	if (journal_append(j, "done %zu\n", i))
		say_detail("cannot note in %s/%s that a setting is back", j->dir, j->name);
}
