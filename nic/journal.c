// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/say.h"
#include "nic/claim.h"
#include "nic/journal_file.h"
#include "nic/netns.h"
#include "nic/process.h"

#define OLD_MAX 4096

static int read_value(const char *path, char *value, size_t size)
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

static int write_value(const char *path, const char *value)
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

/* What each network namespace has of its own; all else is the machine's. */
static bool is_of_netns(const char *path)
{
	return !strncmp(path, "/sys/class/net/", 15) || !strncmp(path, "/proc/sys/net/", 14);
}

/* ---- the file ---- */

char *journal_boot(char id[BOOT_ID_MAX])
{
	id[0] = '\0';
	if (read_value("/proc/sys/kernel/random/boot_id", id, BOOT_ID_MAX) || !*id ||
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
__attribute__((format(printf, 2, 3))) static int append(const struct journal *j, const char *format,
							...)
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
static int create_file(struct journal *j)
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
	error = append(j, JOURNAL_HEADER " %d %d %llu %s\n", JOURNAL_VERSION, (int)getpid(), start,
		       journal_boot(boot));
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

static int note(struct journal *j, const struct change *c)
{
	int error = strchr(c->subject, ' ') || strchr(c->old, '\n') ? -EINVAL : 0;
	char netns[48] = "-";

	if (!c->global)
		snprintf(netns, sizeof(netns), "%llu:%llu", (unsigned long long)c->netns.inode,
			 (unsigned long long)c->netns.cookie);
	if (!error && j->fd < 0)
		error = create_file(j);
	if (!error)
		error = append(j, "%s %s %s %s\n", c->kind ? c->kind->name : "file", netns,
			       c->subject, c->old);
	return error ? error : journal_remember(j, c);
}

/*
 * Where /sys was mounted in another namespace, as behind "nsenter --net", eth0 in it is another
 * device. The kernel has one sysfs per namespace, so it is told by its device number.
 */
static int check_sys(struct journal *j)
{
	int netns = j->sys_is_own ? -1 : netns_open("/proc/thread-self/ns/net");
	struct stat here, own;
	int status;
	pid_t pid;

	if (netns < 0 || stat("/sys", &here))
		return 0;
	pid = fork();
	if (!pid)
		_exit(!netns_join(netns) && !stat("/sys", &own) && own.st_dev != here.st_dev);
	close(netns);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		return -EXDEV;
	j->sys_is_own = true;
	return 0;
}

/* If that cannot be noted it is put back once more, to the same. */
static void note_done(const struct journal *j, size_t i)
{
	j->changes[i].done = true;
	if (append(j, "done %zu\n", i))
		say_detail("cannot note in %s/%s that a setting is back", j->dir, j->name);
}

/* The latest. A file may refuse any value, even the one that it has: then nothing is put back. */
static int change_noted(struct journal *j, const char *path, const char *value, const char *old)
{
	char now[OLD_MAX];
	int error = write_value(path, value);

	if (error && !read_value(path, now, sizeof(now)) && !strcmp(now, old))
		note_done(j, j->count - 1);
	return error;
}

static bool is_noted(const struct journal *j, const struct change *c)
{
	for (size_t i = 0; i < j->count; i++)
		if (!j->changes[i].kind && netns_same(j->changes[i].netns, c->netns) &&
		    !strcmp(j->changes[i].subject, c->subject))
			return true;
	return false;
}

/* What another process has set already as it is wanted here is its to put back. */
static int set_unless_taken(struct journal *j, struct change *c, const char *value)
{
	int error = read_value(c->subject, c->old, OLD_MAX);

	if (error)
		return error;
	if (claim_taken(j, c))
		return strcmp(c->old, value) ? -JOURNAL_TAKEN : 0;
	error = note(j, c);
	return error ? error : change_noted(j, c->subject, value, c->old);
}

int journal_set(struct journal *j, const char *path, const char *value)
{
	char old[OLD_MAX];
	struct change c = {.global = !is_of_netns(path), .subject = (char *)path, .old = old};
	int error = 0;

	if (!c.global) {
		c.netns = netns_identify(-1);
		error = strncmp(path, "/sys/", 5) ? 0 : check_sys(j);
	}
	if (error)
		return error;
	if (is_noted(j, &c))
		return write_value(path, value);
	error = claim_begin(j);
	if (!error)
		error = set_unless_taken(j, &c, value);
	claim_end(j);
	return error;
}

int journal_note(struct journal *j, const char *kind, const char *subject, const char *old)
{
	struct change c = {.kind = undo_find(kind), .subject = (char *)subject, .old = (char *)old};
	int error;

	if (!c.kind)
		return -EINVAL;
	c.global = c.kind->of_machine;
	if (!c.global)
		c.netns = netns_identify(-1);
	error = claim_begin(j);
	if (!error)
		error = claim_taken(j, &c) ? -JOURNAL_TAKEN : note(j, &c);
	claim_end(j);
	return error;
}

/* ---- putting back ---- */

/* The namespace that the change before was of, mostly that of the next as well. */
struct place {
	struct netns_id id;
	int netns; /* or a negative errno of netns_find() */
	bool said;
	char why[300];
};

/*
 * -ENOENT: it is gone, or the device with it. What is not there because all of /proc/irq or
 * /proc/sys is not, as in a container, is not gone.
 */
static int put_back_global(const struct change *c)
{
	int error =
		c->kind ? c->kind->put_back(c->subject, c->old) : write_value(c->subject, c->old);
	const char *second = strchr(c->subject + 1, '/');
	size_t len = second ? strcspn(second + 1, "/") + (second + 1 - c->subject) : 0;
	char root[64];

	if (c->kind || error != -ENOENT || len >= sizeof(root))
		return error;
	memcpy(root, c->subject, len);
	root[len] = '\0';
	return access(root, F_OK) ? -ENOTDIR : error;
}

/* In a child, because joining a namespace is for good. */
static int put_back_there(const struct change *c, int netns)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		int error = netns_join(netns);

		/* Netlink needs no /sys. */
		if (!error || (error == -EXDEV && c->kind))
			error = c->kind ? c->kind->put_back(c->subject, c->old)
					: write_value(c->subject, c->old);
		_exit(-error);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

static void find_place(struct place *p, struct netns_id id)
{
	if (p->id.inode && netns_same(p->id, id))
		return;
	if (p->netns >= 0)
		close(p->netns);
	*p = (struct place){.id = id};
	if (netns_same(id, netns_identify(-1)))
		p->netns = netns_open("/proc/thread-self/ns/net");
	else
		p->netns = netns_find(id, p->why, sizeof(p->why));
}

static void say_waiting(const struct journal *j, struct place *p, const struct change *c)
{
	char what[48] = "";

	if (p->said)
		return;
	p->said = true;
	if (c->kind)
		snprintf(what, sizeof(what), "the %s of ", c->kind->what);
	say_warning("settings in the network namespace net:[%llu], such as %s%s, stay changed and noted in %s/%s: %s",
		    (unsigned long long)p->id.inode, what, c->subject, j->dir, j->name, p->why);
}

static void say_failed(const struct change *c, int error)
{
	if (c->kind && error == -EADDRINUSE)
		say_error("cannot put back the %s of %s yet: a queue of it is still held; 'zcprof doctor %s' says by whom, and 'zcprof restore' tries again",
			  c->kind->what, c->subject, c->subject);
	else if (c->kind)
		say_error("cannot put back the %s of %s, which was \"%s\": %s; %s", c->kind->what,
			  c->subject, c->old, strerror(-error), c->kind->by_hand);
	else
		say_error("cannot put %s back to \"%s\": %s; write it there by hand", c->subject,
			  c->old, strerror(-error));
}

/* Whether it needs no further look: it is back, or there is nothing that it could be put back to. */
static bool put_back(const struct journal *j, const struct change *c, struct place *p,
		     struct recovery *r)
{
	int error;

	if (!c->global)
		find_place(p, c->netns);
	if (!c->global && (p->netns == -EXDEV || p->netns == -EAGAIN)) {
		say_waiting(j, p, c);
		r->waiting++;
		return false;
	}
	if (c->global)
		error = put_back_global(c);
	else
		error = p->netns < 0 ? p->netns : put_back_there(c, p->netns);
	r->put_back += !error;
	if (!error || error == -ENOENT || error == -ENODEV)
		return true;
	say_failed(c, error);
	r->failed++;
	return false;
}

struct recovery journal_put_back(struct journal *j)
{
	struct place place = {.netns = -1};
	struct recovery r = {0};

	for (size_t i = j->count; i--;) {
		struct change *c = &j->changes[i];

		if (c->done)
			continue;
		if (put_back(j, c, &place, &r))
			note_done(j, i);
	}
	if (place.netns >= 0)
		close(place.netns);
	return r;
}

int journal_keep(struct journal *j)
{
	int error = 0;

	/* Without a change there is nothing to keep. */
	if (j->fd >= 0)
		error = append(j, "kept\n");
	if (error)
		journal_close(j);
	else
		journal_forget(j);
	return error;
}

int journal_close(struct journal *j)
{
	struct recovery r;

	if (!j)
		return 0;
	r = journal_put_back(j);
	journal_free(j);
	return r.failed || r.waiting ? -1 : 0;
}
