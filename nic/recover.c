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
#include "nic/claim.h"
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

/* What a newer zcprof changed: it is kept for that, and counts for "done". */
static void take_unknown(struct journal *j, char *line)
{
	const struct change c = {.unknown = true, .global = true, .subject = "", .old = line};

	journal_remember(j, &c);
}

static void take_change(struct journal *j, char *line)
{
	unsigned long long inode, cookie;
	char subject[PATH_MAX];
	char kind[16], netns[48];
	struct change c = {.subject = subject};
	size_t index;
	int value = 0;

	if (!strcmp(line, "kept")) {
		j->kept = true;
		return;
	}
	if (sscanf(line, "done %zu", &index) == 1) {
		if (index < j->count)
			j->changes[index].done = true;
		return;
	}
	if (sscanf(line, "%15s %47s %4095s%n", kind, netns, subject, &value) != 3 ||
	    line[value] != ' ') {
		take_unknown(j, line);
		return;
	}
	c.global = !strcmp(netns, "-");
	c.kind = undo_find(kind);
	c.old = line + value + 1;
	if ((!c.global && sscanf(netns, "%llu:%llu", &inode, &cookie) != 2) ||
	    (!c.kind && strcmp(kind, "file") != 0)) {
		take_unknown(j, line);
		return;
	}
	if (!c.global)
		c.netns = (struct netns_id){inode, cookie};
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

/* Who began it, and when. */
struct heading {
	pid_t pid;
	unsigned long long start;
	bool of_this_boot;
};

static bool take_heading(const char *line, struct heading *h)
{
	char boot[BOOT_ID_MAX] = "-", now[BOOT_ID_MAX];
	int version, fields;

	fields =
		sscanf(line, JOURNAL_HEADER " %d %d %llu %63s", &version, &h->pid, &h->start, boot);
	h->of_this_boot =
		!strcmp(boot, "-") || !strcmp(journal_boot(now), "-") || !strcmp(boot, now);
	return (fields == 3 && version == 2) || (fields == 4 && version == JOURNAL_VERSION);
}

/* Its changes, where its process is gone. False: it is not a journal. */
static bool load(struct journal *j, struct heading *h, bool *gone)
{
	int copy = fcntl(j->fd, F_DUPFD_CLOEXEC, 0);
	FILE *in = copy < 0 ? NULL : fdopen(copy, "r");
	char *line = NULL;
	size_t room = 0;
	struct stat st;
	bool known = true;

	*h = (struct heading){.of_this_boot = true};
	*gone = false;
	/* One without a line belongs to a process that has not changed anything so far, if it lives. */
	if (!in || getline(&line, &room, in) < 0)
		*gone = in && has_gone(j->fd, 0, 0);
	else if (!take_heading(line, h))
		known = false;
	else
		*gone = has_gone(j->fd, h->pid, h->start);
	/* Who put it back before removed it; and what was empty may have been begun until it died. */
	if (*gone && (fstat(j->fd, &st) || !st.st_nlink || (!h->pid && st.st_size)))
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
	    journal_locked(fd, JOURNAL_OWNER) && fgets(line, sizeof(line), in))
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
	if (j->fd >= 0)
		close(j->fd);
	j->fd = -1;
	journal_free(j);
}

/* A boot begins with what the machine comes up with. */
static void drop(struct journal *j, const struct heading *h)
{
	size_t count = 0;

	for (size_t i = 0; i < j->count; i++) {
		count += !j->changes[i].done;
		j->changes[i].done = true;
	}
	if (count)
		say_info("%zu setting%s that process %d had changed before this machine was started anew: nothing to put back, they ended with that",
			 count, count == 1 ? "" : "s", (int)h->pid);
}

/* What was kept is not taken from under one that has set the same since, and will put it back to that. */
static bool is_under(const struct journal *j)
{
	for (size_t i = 0; i < j->count; i++)
		if (!j->changes[i].done && claim_taken(j, &j->changes[i])) {
			say_warning("what %s/%s keeps stays for now: a process that runs has changed %s since; try again when it has ended",
				    j->dir, j->name, j->changes[i].subject);
			return true;
		}
	return false;
}

static struct recovery put_back(struct journal *j, const struct heading *h)
{
	struct recovery r = {0};

	if (!h->of_this_boot) {
		drop(j, h);
		return r;
	}
	if (j->kept && is_under(j)) {
		r.waiting++;
		return r;
	}
	r = journal_put_back(j);
	if (r.put_back)
		say_info("put back %u setting%s that process %d had changed and %s", r.put_back,
			 r.put_back == 1 ? "" : "s", (int)h->pid, j->kept ? "kept" : "left");
	return r;
}

/* Frees the journal. */
static void recover(struct journal *j, bool kept, struct recovery *total)
{
	struct heading h;
	struct recovery r;
	bool gone = false;

	/* One after another: the second finds that there is nothing left to do. */
	if (journal_lock(j->fd, JOURNAL_RECOVERER, true))
		goto out;
	if (!load(j, &h, &gone)) {
		say_error("%s/%s is no journal that this zcprof reads: what it names is not put back; remove it once that is done by hand",
			  j->dir, j->name);
		total->failed++;
	}
	if (!gone || (j->kept && !kept && h.of_this_boot))
		goto out;
	r = put_back(j, &h);
	total->put_back += r.put_back;
	total->failed += r.failed;
	total->waiting += r.waiting;
	journal_free(j);
	return;
out:
	journal_forget(j);
}

/* What came later is put back first: of "PID.START.N" by START, then N. */
static int latest_first(const struct dirent **a, const struct dirent **b)
{
	unsigned long long start[2] = {0}, n[2] = {0};

	sscanf((*a)->d_name, "%*d.%llu.%llu", &start[0], &n[0]);
	sscanf((*b)->d_name, "%*d.%llu.%llu", &start[1], &n[1]);
	if (start[0] != start[1])
		return start[0] < start[1] ? 1 : -1;
	return n[0] < n[1] ? 1 : n[0] > n[1] ? -1 : 0;
}

static int is_no_dot(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static struct recovery recover_all(const char *dir, bool kept)
{
	int dir_fd = journal_dir(dir, false);
	struct recovery r = {0};
	struct dirent **entries = NULL;
	unsigned int unread = 0;
	int count = 0;

	if (dir_fd < 0 && dir_fd != -ENOENT) {
		say_error("cannot use %s: %s; what is noted in it is not put back", dir,
			  dir_fd == -EPERM ? "it belongs to another user, or others may write to it"
					   : strerror(-dir_fd));
		r.failed++;
	}
	if (dir_fd >= 0)
		count = scandirat(dir_fd, ".", &entries, is_no_dot, latest_first);
	for (int i = 0; i < count; i++) {
		struct journal *j = open_left(dir, dir_fd, entries[i]->d_name, &r, &unread);

		if (j)
			recover(j, kept, &r);
		free(entries[i]);
	}
	if (unread)
		say_warning("what %u other process%s changed is noted in %s for another user: 'zcprof restore' as root puts it back where they were killed",
			    unread, unread == 1 ? "" : "es", dir);
	r.waiting += unread;
	if (dir_fd >= 0 && count >= 0)
		free(entries);
	if (dir_fd >= 0)
		close(dir_fd);
	return r;
}

struct recovery journal_recover(const char *dir)
{
	return recover_all(dir, false);
}

struct recovery journal_restore(const char *dir)
{
	return recover_all(dir, true);
}
