// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/say.h"
#include "nic/journal_file.h"
#include "nic/process.h"

#define DYING_MS 2000
#define SURE_MS	 20
#define LOOK_MS	 10

/*
 * One that was just killed may still be in a call: that is waited for. And there is a moment in
 * which it has taken the signal and does not exit yet, when it looks like one that lives.
 */
static bool has_gone(int fd, pid_t pid, unsigned long long start)
{
	for (int waited = 0; journal_lock(fd, JOURNAL_OWNER, false); waited += LOOK_MS) {
		struct process p = process_look(pid);

		if (waited >= (p.start == start && p.dying ? DYING_MS : SURE_MS))
			return false;
		usleep(LOOK_MS * 1000);
	}
	return true;
}

static void take_change(struct journal *j, char *line)
{
	unsigned long long inode, cookie;
	char subject[PATH_MAX];
	char kind[16], netns[48];
	struct change c = {.subject = subject};
	size_t index;
	int value = 0;

	if (sscanf(line, "done %zu", &index) == 1) {
		if (index < j->count)
			j->changes[index].done = true;
		return;
	}
	if (sscanf(line, "%15s %47s %4095s%n", kind, netns, subject, &value) != 3 ||
	    line[value] != ' ')
		return;
	c.global = !strcmp(netns, "-");
	if (!c.global && sscanf(netns, "%llu:%llu", &inode, &cookie) != 2)
		return;
	if (!c.global)
		c.netns = (struct netns_id){inode, cookie};
	c.kind = undo_find(kind);
	c.old = line + value + 1;
	if (c.kind || !strcmp(kind, "file"))
		journal_remember(j, &c);
}

/* The lines behind the first. A last one without its end was never acted upon. */
static void take_changes(struct journal *j, FILE *in)
{
	char *line = NULL;
	size_t room = 0;

	for (ssize_t len; (len = getline(&line, &room, in)) > 0 && line[len - 1] == '\n';) {
		line[len - 1] = '\0';
		take_change(j, line);
	}
	free(line);
}

/* Its changes, where its process is gone. False: it is not a journal. */
static bool load(struct journal *j, pid_t *pid, bool *gone)
{
	int copy = fcntl(j->fd, F_DUPFD_CLOEXEC, 0);
	FILE *in = copy < 0 ? NULL : fdopen(copy, "r");
	unsigned long long start;
	char *line = NULL;
	size_t room = 0;
	struct stat st;
	bool known = true;

	*pid = 0;
	*gone = false;
	/* One without a line belongs to a process that has not changed anything so far, if it lives. */
	if (!in || getline(&line, &room, in) < 0)
		*gone = in && has_gone(j->fd, 0, 0);
	else if (sscanf(line, JOURNAL_HEADER " %d %llu", pid, &start) != 2)
		known = false;
	else
		*gone = has_gone(j->fd, *pid, start);
	/* Who put it back before removed it; and what was empty may have been begun until it died. */
	if (*gone && (fstat(j->fd, &st) || !st.st_nlink || (!*pid && st.st_size)))
		*gone = false;
	if (*gone)
		take_changes(j, in);
	free(line);
	if (in)
		fclose(in);
	return known;
}

/* A hundred thousand changes: what is longer is no journal, and would be read for ever. */
#define JOURNAL_MOST (16 << 20)

/* NULL: there is none, or none that may be believed, after saying so. */
static struct journal *open_left(const char *dir, int dir_fd, const char *name, struct recovery *r,
				 unsigned int *unread)
{
	struct journal *j = journal_open(dir);
	struct stat st;
	int error = 0;

	if (!j)
		return NULL;
	j->dir_fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
	j->name = strdup(name);
	j->fd = openat(dir_fd, name,
		       O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (j->fd < 0)
		error = errno;
	else if (!fstat(j->fd, &st) && st.st_size > JOURNAL_MOST)
		error = EFBIG;
	else if (fstat(j->fd, &st) || !S_ISREG(st.st_mode) || st.st_mode & 022 ||
		 (st.st_uid && st.st_uid != geteuid()))
		error = EPERM;
	if (!error && j->name && j->dir_fd >= 0)
		return j;
	if (error == EACCES) {
		(*unread)++;
	} else if (error && error != ENOENT) {
		say_error("cannot use %s/%s: %s; what it names is not put back", dir, name,
			  error == EPERM ? "it is no file that only its owner or root could write"
					 : strerror(error));
		r->failed++;
	}
	if (j->fd >= 0)
		close(j->fd);
	j->fd = -1;
	journal_free(j);
	return NULL;
}

struct journal *journal_look(const char *dir, int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
	struct journal *j = NULL;
	struct stat st;
	char line[128];

	if (in && !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= JOURNAL_MOST &&
	    !(st.st_mode & 022) && (!st.st_uid || st.st_uid == geteuid()) &&
	    journal_lock(fd, JOURNAL_OWNER, false) && fgets(line, sizeof(line), in))
		j = journal_open(dir);
	if (j)
		take_changes(j, in);
	if (in)
		fclose(in);
	else if (fd >= 0)
		close(fd);
	return j;
}

void journal_forget(struct journal *j)
{
	/* It has no file of its own to remove. */
	journal_free(j);
}

/* Frees the journal. */
static void recover(struct journal *j, struct recovery *total)
{
	struct recovery r = {0};
	bool gone = false;
	pid_t pid = 0;

	/* One after another: the second finds that there is nothing left to do. */
	if (journal_lock(j->fd, JOURNAL_RECOVERER, true))
		goto out;
	if (!load(j, &pid, &gone)) {
		say_error("%s/%s is no journal that this zcprof reads: what it names is not put back; remove it once that is done by hand",
			  j->dir, j->name);
		total->failed++;
	}
	if (!gone)
		goto out;
	r = journal_put_back(j);
	if (r.put_back)
		say_info("put back %u setting%s that process %d had changed and left", r.put_back,
			 r.put_back == 1 ? "" : "s", (int)pid);
	total->put_back += r.put_back;
	total->failed += r.failed;
	total->waiting += r.waiting;
	journal_free(j);
	return;
out:
	close(j->fd);
	j->fd = -1;
	journal_free(j);
}

struct recovery journal_recover(const char *dir)
{
	int dir_fd = journal_dir(dir, false);
	int copy = dir_fd < 0 ? -1 : fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	struct recovery r = {0};
	unsigned int unread = 0;
	struct dirent *entry;

	if (dir_fd < 0 && dir_fd != -ENOENT) {
		say_error("cannot use %s: %s; what is noted in it is not put back", dir,
			  dir_fd == -EPERM ? "it belongs to another user, or others may write to it"
					   : strerror(-dir_fd));
		r.failed++;
	}
	while (entries && (entry = readdir(entries))) {
		struct journal *j = entry->d_name[0] == '.'
					    ? NULL
					    : open_left(dir, dir_fd, entry->d_name, &r, &unread);

		if (j)
			recover(j, &r);
	}
	if (unread)
		say_warning("what %u other process%s changed is noted in %s for another user: 'zcprof restore' as root puts it back where they were killed",
			    unread, unread == 1 ? "" : "es", dir);
	r.waiting += unread;
	if (entries)
		closedir(entries);
	else if (copy >= 0)
		close(copy);
	if (dir_fd >= 0)
		close(dir_fd);
	return r;
}
