// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nic/claim.h"
#include "nic/journal_file.h"
#include "nic/netns.h"

#define OLD_MAX 4096

/* What each network namespace has of its own; all else is the machine's. */
static bool is_of_netns(const char *path)
{
	return !strncmp(path, "/sys/class/net/", 15) || !strncmp(path, "/proc/sys/net/", 14);
}

static int note(struct journal *j, const struct change *c)
{
	int error = strchr(c->subject, ' ') || strchr(c->old, '\n') ? -EINVAL : 0;
	char netns[48] = "-";

	if (!c->global)
		snprintf(netns, sizeof(netns), "%llu:%llu", (unsigned long long)c->netns.inode,
			 (unsigned long long)c->netns.cookie);
	if (!error && j->fd < 0)
		error = journal_create(j);
	if (!error)
		error = journal_append(j, "%s %s %s %s\n", c->kind ? c->kind->name : "file", netns,
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

struct to_write {
	const char *path;
	const char *value;
};

static int write_it(const void *data)
{
	const struct to_write *to = data;

	return journal_write_value(to->path, to->value);
}

static int write_bounded(const char *path, const char *value)
{
	const struct to_write to = {path, value};

	return journal_bounded(write_it, &to);
}

/* The latest. A file may refuse any value, even the one that it has: then nothing is put back. */
static int change_noted(struct journal *j, const char *path, const char *value, const char *old)
{
	char now[OLD_MAX];
	int error = write_bounded(path, value);

	/* What answers nobody is not asked, and what it may do yet has to be put back. */
	if (error && error != -ETIMEDOUT && !journal_read_value(path, now, sizeof(now)) &&
	    !strcmp(now, old))
		journal_note_done(j, j->count - 1);
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
	int error = journal_read_value(c->subject, c->old, OLD_MAX);

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
		return write_bounded(path, value);
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

int journal_keep(struct journal *j)
{
	int error = 0;

	/* Without a change there is nothing to keep. */
	if (j->fd >= 0)
		error = journal_append(j, "kept\n");
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
