// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/claim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOOK_MS 5

int claim_begin(struct journal *j)
{
	if (j->dir_fd < 0)
		j->dir_fd = journal_dir(j->dir, true);
	if (j->dir_fd < 0)
		return j->dir_fd;
	/* Who notes a change holds it for as long as the kernel takes to answer. */
	for (int waited = 0; flock(j->dir_fd, LOCK_EX | LOCK_NB); waited += LOOK_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (waited >= 2 * JOURNAL_PATIENCE_MS)
			return -ETIMEDOUT;
		poll(NULL, 0, LOOK_MS);
	}
	return 0;
}

void claim_end(struct journal *j)
{
	if (j->dir_fd >= 0)
		flock(j->dir_fd, LOCK_UN);
}

static bool same_thing(const struct change *a, const struct change *b)
{
	size_t word = strcspn(a->old, " =");

	if (a->unknown || b->unknown || a->kind != b->kind || a->global != b->global ||
	    strcmp(a->subject, b->subject) != 0 || (!a->global && !netns_same(a->netns, b->netns)))
		return false;
	return !a->kind || a->kind->claim == CLAIM_WHOLE ||
	       (word == strcspn(b->old, " =") && !strncmp(a->old, b->old, word));
}

/* What lies there and is locked belongs to one that lives. */
static bool has_changed(const struct journal *j, const char *name, const struct change *c)
{
	struct journal *other = journal_look(j->dir, j->dir_fd, name);
	bool taken = false;

	for (size_t i = 0; other && i < other->count; i++)
		taken = taken || (!other->changes[i].done && same_thing(&other->changes[i], c));
	if (other)
		journal_forget(other);
	return taken;
}

bool claim_taken(const struct journal *j, const struct change *c)
{
	bool shared = c->kind && c->kind->claim == CLAIM_NONE;
	int copy = shared ? -1 : openat(j->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	bool taken = false;

	while (entries && !taken && (entry = readdir(entries)))
		taken = entry->d_name[0] != '.' &&
			(!j->name || strcmp(entry->d_name, j->name) != 0) &&
			has_changed(j, entry->d_name, c);
	if (entries)
		closedir(entries);
	else if (copy >= 0)
		close(copy);
	return taken;
}
