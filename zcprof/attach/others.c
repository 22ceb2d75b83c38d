// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/others.h"

#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "collectors/kit/sockdiag.h"

/* More than these are much the same, and the window is about to open. */
#define SOCKETS_MOST 4096

struct look {
	struct others *others;
	size_t seen;
};

/* What carries no payload between two: syslog's datagrams, what the kernel is asked by. */
static bool is_other(const char *kind)
{
	static const char *const none[] = {"TCP", "TCPv6", "NETLINK", "UNIX",
					   "ALG", "PING",  "PINGv6"};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (!strcmp(kind, none[i]))
			return false;
	return *kind;
}

static void take_kind(struct others *o, char *kind)
{
	size_t len = strlen(kind);

	/* Both versions of IP are one protocol. */
	if (len > 2 && !strcmp(kind + len - 2, "v6"))
		kind[len - 2] = '\0';
	for (size_t i = 0; i < OTHER_KINDS; i++) {
		if (!strcmp(o->kinds[i], kind))
			return;
		if (!*o->kinds[i]) {
			snprintf(o->kinds[i], sizeof(o->kinds[i]), "%s", kind);
			return;
		}
	}
}

static void take_socket(void *data, pid_t tid, int fd, uint32_t inode)
{
	struct look *look = data;
	char path[48];
	char kind[16];
	ssize_t len;

	(void)inode;
	/* Of standard descriptors a unix stream is the journal's. */
	if (look->seen++ > SOCKETS_MOST || fd <= STDERR_FILENO)
		return;
	/* The kernel's name of its protocol, as lsof shows it. */
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)tid, fd);
	len = getxattr(path, "system.sockprotoname", kind, sizeof(kind) - 1);
	kind[len > 0 ? len : 0] = '\0';
	if (is_other(kind))
		take_kind(look->others, kind);
}

static void take_process(void *data, pid_t pid)
{
	sockdiag_sockets(pid, take_socket, data);
}

void others_look(struct others *o, const struct target *t)
{
	struct look look = {.others = o};

	/* Whatever is in a namespace, some process of it has sockets of all kinds. */
	if (t->kind == TARGET_PROCESS || t->kind == TARGET_CGROUP)
		target_each(t, take_process, &look);
}

bool others_any(const struct others *o)
{
	return *o->kinds[0];
}

char *others_name(const struct others *o, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < OTHER_KINDS && *o->kinds[i] && used < size; i++) {
		bool last = i + 1 == OTHER_KINDS || !*o->kinds[i + 1];

		used += snprintf(text + used, size - used, "%s%s",
				 !i	? ""
				 : last ? " and "
					: ", ",
				 o->kinds[i]);
	}
	return text;
}
