// SPDX-License-Identifier: GPL-2.0-or-later
/* Putting back what a journal holds, each setting in the network namespace that it is of. */
#include "nic/journal_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/say.h"
#include "base/visible.h"
#include "nic/netns.h"

/* The namespace that the change before was of, mostly that of the next as well. */
struct place {
	struct netns_id id;
	int netns; /* or a negative errno of netns_find() */
	bool said;
	char why[300];
};

int journal_bounded(int (*act)(const void *data), const void *data)
{
	int status, error;
	pid_t pid = fork();

	if (!pid) {
		error = -act(data);
		/* The kernel's own ENOTSUPP is 524, which no exit status can be. */
		_exit(error < 256 ? error : EOPNOTSUPP);
	}
	if (pid < 0)
		return -errno;
	error = child_wait_for(pid, &status, JOURNAL_PATIENCE_MS);
	if (error)
		return error;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

static int write_back(const struct change *c)
{
	return c->kind ? c->kind->put_back(c->subject, c->old)
		       : journal_write_value(c->subject, c->old);
}

struct back {
	const struct change *change;
	int netns; /* of a change that is not of the whole machine */
};

/* Who joins a namespace stays there. */
static int put_back_at(const void *data)
{
	const struct back *b = data;
	int error = b->change->global ? 0 : netns_join(b->netns);

	/* Netlink needs no /sys. */
	return !error || (error == -EXDEV && b->change->kind) ? write_back(b->change) : error;
}

static int put_back_there(const struct change *c, int netns)
{
	const struct back b = {c, netns};

	return journal_bounded(put_back_at, &b);
}

/*
 * -ENOENT: it is gone, or the device with it. What is not there because all of /proc/irq or
 * /proc/sys is not, as in a container, is not gone.
 */
static int put_back_global(const struct change *c)
{
	int error = put_back_there(c, -1);
	const char *second = strchr(c->subject + 1, '/');
	size_t len = second ? strcspn(second + 1, "/") + (second + 1 - c->subject) : 0;
	char root[64];

	if (c->kind || error != -ENOENT || len >= sizeof(root))
		return error;
	memcpy(root, c->subject, len);
	root[len] = '\0';
	return access(root, F_OK) ? -ENOTDIR : error;
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
	else if (error == -ETIMEDOUT)
		say_error("cannot put the %s%s%s back to \"%s\": the kernel had not done it after %d s, and it stays noted; 'zcprof restore' tries again",
			  c->kind ? c->kind->what : "setting", c->kind ? " of " : " ", c->subject,
			  c->old, JOURNAL_PATIENCE_MS / 1000);
	else if (c->kind)
		say_error("cannot put back the %s of %s, which was \"%s\": %s; %s", c->kind->what,
			  c->subject, c->old, strerror(-error), c->kind->by_hand);
	else
		say_error("cannot put %s back to \"%s\": %s; write it there by hand", c->subject,
			  c->old, strerror(-error));
}

static void say_unknown(const struct journal *j, const struct change *c)
{
	char line[120];

	visible_copy(line, sizeof(line), c->old, strlen(c->old));
	say_error("%s/%s notes what this zcprof knows nothing of, and it stays changed and noted: \"%s\"; 'zcprof restore' of the newer one that changed it puts it back",
		  j->dir, j->name, line);
}

/* Whether it needs no further look: it is back, or there is nothing that it could be put back to. */
static bool put_back(const struct journal *j, const struct change *c, struct place *p,
		     struct recovery *r)
{
	int error;

	if (c->unknown) {
		say_unknown(j, c);
		r->failed++;
		return false;
	}
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
			journal_note_done(j, i);
	}
	if (place.netns >= 0)
		close(place.netns);
	return r;
}
