// SPDX-License-Identifier: GPL-2.0-or-later
/* Loss: a table of nft(8) for each device, with one rule, at the ingress of the device, which drops packets at random. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "nic/settings/setting.h"

/* And the name of the device: each has its own. */
#define TABLE "zcprof_loss_"
/* It waits for whoever else changes rules. */
#define NFT_MS 10000

/* A file in memory with this text in it, to be read from its beginning; or a negative errno. */
static int text_file(const char *text)
{
	int fd = memfd_create("nft", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
	    !lseek(fd, 0, SEEK_SET))
		return fd;
	if (fd >= 0)
		close(fd);
	return -EIO;
}

/* What nft says to this, both ways out. 0 or a negative errno: -ENOENT where it knows no such table. */
static int nft(const char *script, char *said, size_t size)
{
	char *const argv[] = {"nft", "-f", "-", NULL};
	int in = text_file(script);
	int out = text_file("");
	struct child child = {.argv = argv, .fds = {in, out, out}};
	int status = 0;
	ssize_t got;
	pid_t pid;
	int error = in < 0 || out < 0 ? -EIO : child_start(&child, &pid);

	if (error == -ENOENT)
		error = -EOPNOTSUPP;
	snprintf(said, size, "%s", error == -EOPNOTSUPP ? "it takes the command nft" : "");
	if (!error)
		error = child_wait_for(pid, &status, NFT_MS);
	if (error == -ETIMEDOUT)
		snprintf(said, size, "nft did not answer within %d s", NFT_MS / 1000);
	if (!error) {
		got = pread(out, said, size - 1, 0);
		said[got > 0 ? got : 0] = '\0';
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			error = strstr(said, "No such file") ? -ENOENT : -EOPNOTSUPP;
	}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return error;
}

/* It becomes part of a script, and of a table's name. */
static bool is_plain(const char *iface)
{
	if (!isalpha((unsigned char)*iface))
		return false;
	for (; *iface; iface++)
		if (!isalnum((unsigned char)*iface) && !strchr("._-", *iface))
			return false;
	return true;
}

/* How nft refused, in one line, behind what it is about. */
static void keep_said(struct setting_place *p, char *said)
{
	said[strcspn(said, "\n")] = '\0';
	snprintf(p->said, sizeof(p->said), "%.190s", said);
}

static int loss_read(struct setting_place *p, enum option_id id, const struct options *want,
		     char *text, size_t size)
{
	char script[100], said[4096];
	const char *at;
	unsigned int each;
	int error;

	(void)id;
	(void)want;
	snprintf(text, size, "off");
	if (!is_plain(p->iface)) {
		snprintf(p->said, sizeof(p->said), "nft takes no device of such a name");
		return -EOPNOTSUPP;
	}
	snprintf(script, sizeof(script), "list table netdev " TABLE "%s\n", p->iface);
	error = nft(script, said, sizeof(said));
	if (error) {
		keep_said(p, said);
		return error == -ENOENT ? 0 : error;
	}
	at = strstr(said, "numgen random mod ");
	if (!at || sscanf(at, "numgen random mod %u", &each) != 1)
		return -ENODATA;
	snprintf(text, size, "%u", each);
	return 0;
}

/* In place of what there is; each 0: nothing is dropped. A table that is declared can be deleted, was it there or not. */
static int set_loss(const char *iface, unsigned long long each, char *said, size_t size)
{
	char script[600];
	int n = snprintf(script, sizeof(script),
			 "table netdev " TABLE "%s {}\ndelete table netdev " TABLE "%s\n", iface,
			 iface);

	if (each)
		snprintf(script + n, sizeof(script) - (size_t)n,
			 "table netdev " TABLE "%s {\n"
			 "	chain ingress {\n"
			 "		type filter hook ingress device \"%s\" priority 0;\n"
			 "		numgen random mod %llu == 0 counter drop\n"
			 "	}\n"
			 "}\n",
			 iface, iface, each);
	return nft(script, said, size);
}

static int loss_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	char was[32], said[1024];
	int error = loss_read(p, id, want, was, sizeof(was));

	if (!error)
		error = journal_note(p->journal, "loss", p->iface, was);
	if (error)
		return error;
	error = set_loss(p->iface, want->loss, said, sizeof(said));
	if (error)
		keep_said(p, said);
	return error;
}

int loss_put_back(const char *iface, const char *old)
{
	char said[400];

	/* A line of the journal is no more to be trusted than a name. */
	if (!is_plain(iface))
		return -EINVAL;
	return set_loss(iface, strtoull(old, NULL, 10), said, sizeof(said));
}

const struct setting setting_loss = {loss_read, loss_write, false};
