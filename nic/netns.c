// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* thread-self, because namespaces belong to threads and /proc/self shows the first one's. */
#define OWN_NETNS "/proc/thread-self/ns/net"

static int open_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int netns_open(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : "/run/netns/", name);
	return open_path(path);
}

void netns_leave(int previous)
{
	setns(previous, CLONE_NEWNET);
	close(previous);
}

int netns_enter(int netns)
{
	int previous = open_path(OWN_NETNS);

	if (previous < 0)
		return previous;
	if (setns(netns, CLONE_NEWNET)) {
		int error = -errno;

		close(previous);
		return error;
	}
	return previous;
}

int netns_create(void)
{
	int previous = open_path(OWN_NETNS);
	int netns;

	if (previous < 0)
		return previous;
	if (unshare(CLONE_NEWNET)) {
		netns = -errno;
		close(previous);
		return netns;
	}
	netns = open_path(OWN_NETNS);
	netns_leave(previous);
	return netns;
}

int netns_join(int netns)
{
	if (setns(netns, CLONE_NEWNET))
		return -errno;
	/*
	 * sysfs shows the devices of the namespace that mounted it, so it has to be mounted anew,
	 * and not for everybody. In a chroot the root is no mount that could be made private.
	 */
	if (unshare(CLONE_NEWNS) || (mount("none", "/sys", NULL, MS_PRIVATE, NULL) &&
				     mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL)))
		return -EXDEV;
	if (!mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		return 0;
	/* The same once more is refused: what is there is this namespace's already. */
	return errno == EBUSY ? 0 : -EXDEV;
}

ino_t netns_inode(int netns)
{
	struct stat st;

	if (netns < 0 ? stat(OWN_NETNS, &st) : fstat(netns, &st))
		return 0;
	return st.st_ino;
}
