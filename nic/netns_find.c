// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/netns_find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/sockios.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nic/netns.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

#define INITIAL_PID_NAMESPACE 0xeffffffcU /* PROC_PID_INIT_INO of include/linux/proc_ns.h */

struct search {
	struct netns_id id;
	int found;     /* -1: not so far */
	bool reused;   /* its inode is another's now */
	bool complete; /* so far everything could be looked at */
	bool alive;    /* it is mounted where this process cannot go */
	ino_t *mounts; /* the mount namespaces that were looked through */
	size_t mount_count;
	char *why;
	size_t why_size;
};

bool netns_same(struct netns_id a, struct netns_id b)
{
	return a.inode == b.inode && (!a.cookie || !b.cookie || a.cookie == b.cookie);
}

/* By a socket of this thread's namespace. */
static uint64_t own_cookie(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size))
		cookie = 0;
	close(fd);
	return cookie;
}

struct netns_id netns_identify(int netns)
{
	struct netns_id id = {.inode = netns_inode(netns)};
	int previous = -1;

	if (netns >= 0)
		previous = netns_enter(netns);
	if (netns < 0 || previous >= 0)
		id.cookie = own_cookie();
	if (previous >= 0)
		netns_leave(previous);
	return id;
}

__attribute__((format(printf, 2, 3))) static void say_why(struct search *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(s->why, s->why_size, format, args);
	va_end(args);
}

/* Takes the descriptor. */
static void consider(struct search *s, int fd)
{
	struct statfs fs;

	if (fd < 0)
		return;
	if (s->found < 0 && !fstatfs(fd, &fs) && fs.f_type == NSFS_MAGIC &&
	    netns_inode(fd) == s->id.inode) {
		if (netns_same(s->id, netns_identify(fd))) {
			s->found = fd;
			return;
		}
		s->reused = true;
	}
	close(fd);
}

static bool is_over(const struct search *s)
{
	return s->found >= 0 || s->reused;
}

/* What was not there any more held nothing; what was forbidden might have. */
static void missed(struct search *s, int error)
{
	if (error != ENOENT && error != ESRCH && error != EBADF)
		s->complete = false;
}

/* A file of /proc that is the namespace itself where its text names it; opened only then. */
static bool is_link_to(int dir, const char *name, const char *text)
{
	char target[64];
	ssize_t len = readlinkat(dir, name, target, sizeof(target) - 1);

	if (len < 0)
		return false;
	target[len] = '\0';
	return !strcmp(target, text);
}

static void look_at_link(struct search *s, int dir, const char *name)
{
	char text[40];

	snprintf(text, sizeof(text), "net:[%llu]", (unsigned long long)s->id.inode);
	if (is_link_to(dir, name, text))
		consider(s, openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

static DIR *open_dir(struct search *s, int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		missed(s, errno);
	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

static void look_at_threads(struct search *s, int process)
{
	DIR *dir = open_dir(s, process, "task");
	struct dirent *entry;

	while (dir && !is_over(s) && (entry = readdir(dir))) {
		char name[300];
		char target[64];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/ns/net", entry->d_name);
		if (readlinkat(dirfd(dir), name, target, sizeof(target)) < 0)
			missed(s, errno);
		else
			look_at_link(s, dirfd(dir), name);
	}
	if (dir)
		closedir(dir);
}

/* A socket keeps its namespace alive, and so does a tun device; both say which one it is. */
static void look_at_socket(struct search *s, int pidfd, int number)
{
	int fd = syscall(SYS_pidfd_getfd, pidfd, number, 0);
	int netns;

	if (fd < 0) {
		missed(s, errno);
		return;
	}
	netns = ioctl(fd, SIOCGSKNS);
	if (netns >= 0)
		fcntl(netns, F_SETFD, FD_CLOEXEC);
	consider(s, netns);
	close(fd);
}

static void look_at_descriptors(struct search *s, int process, pid_t pid)
{
	DIR *dir = open_dir(s, process, "fd");
	int pidfd = dir ? syscall(SYS_pidfd_open, pid, 0) : -1;
	struct dirent *entry;

	if (dir && pidfd < 0)
		missed(s, errno);
	while (dir && !is_over(s) && (entry = readdir(dir))) {
		char target[64];
		ssize_t len;

		if (entry->d_name[0] == '.')
			continue;
		len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		target[len > 0 ? len : 0] = '\0';
		if (!strncmp(target, "net:[", 5))
			look_at_link(s, dirfd(dir), entry->d_name);
		else if (pidfd >= 0 &&
			 (!strncmp(target, "socket:[", 8) || !strcmp(target, "/dev/net/tun")))
			look_at_socket(s, pidfd, atoi(entry->d_name));
	}
	if (pidfd >= 0)
		close(pidfd);
	if (dir)
		closedir(dir);
}

/* proc(5) has spaces and the like as \040. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from;) {
		unsigned int code;
		int len;

		if (*from == '\\' && sscanf(from + 1, "%3o%n", &code, &len) == 1) {
			*to++ = (char)code;
			from += 1 + len;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

/*
 * The mounts of one mount namespace. In another's no path is walked: who is in it chose what lies
 * there.
 */
static void look_at_mounts(struct search *s, int process, pid_t pid, bool own)
{
	int fd = openat(process, "mountinfo", O_RDONLY | O_CLOEXEC);
	FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
	char wanted[40], root[64], point[1024];
	char *line = NULL;
	size_t room = 0;

	if (!in) {
		missed(s, errno);
		if (fd >= 0)
			close(fd);
		return;
	}
	snprintf(wanted, sizeof(wanted), "net:[%llu]", (unsigned long long)s->id.inode);
	while (!is_over(s) && getline(&line, &room, in) > 0) {
		if (sscanf(line, "%*d %*d %*s %63s %1023s", root, point) != 2 ||
		    strcmp(root, wanted))
			continue;
		unescape(point);
		if (own)
			consider(s, open(point, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
		if (is_over(s))
			break;
		s->alive = true;
		say_why(s,
			"it is mounted in the mount namespace of process %d: 'nsenter --mount --target %d zcprof restore' may enter it",
			(int)pid, (int)pid);
	}
	free(line);
	fclose(in);
}

/* Each mount namespace once. */
static bool is_new_mount_namespace(struct search *s, int process, ino_t *inode)
{
	struct stat st;
	ino_t *grown;

	if (fstatat(process, "ns/mnt", &st, 0)) {
		missed(s, errno);
		return false;
	}
	for (size_t i = 0; i < s->mount_count; i++)
		if (s->mounts[i] == st.st_ino)
			return false;
	grown = reallocarray(s->mounts, s->mount_count + 1, sizeof(*grown));
	if (!grown) {
		s->complete = false;
		return false;
	}
	s->mounts = grown;
	grown[s->mount_count++] = *inode = st.st_ino;
	return true;
}

static void look_at_process(struct search *s, int proc, const char *name)
{
	int process = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pid_t pid = atoi(name);
	struct stat own;
	ino_t mounts;

	if (process < 0) {
		missed(s, errno);
		return;
	}
	look_at_threads(s, process);
	if (!is_over(s) && is_new_mount_namespace(s, process, &mounts))
		look_at_mounts(s, process, pid,
			       !stat("/proc/thread-self/ns/mnt", &own) && own.st_ino == mounts);
	if (!is_over(s))
		look_at_descriptors(s, process, pid);
	close(process);
}

/* Whether /proc shows every process there is. */
static bool sees_all(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	char self[24], own[24];
	struct stat st;
	ssize_t len = readlink("/proc/self", self, sizeof(self) - 1);

	snprintf(own, sizeof(own), "%d", (int)getpid());
	self[len > 0 ? len : 0] = '\0';
	return !strcmp(self, own) && !stat("/proc/self/ns/pid", &st) &&
	       st.st_ino == INITIAL_PID_NAMESPACE && !syscall(SYS_capget, &header, data) &&
	       data[CAP_SYS_PTRACE / 32].effective & 1U << CAP_SYS_PTRACE % 32;
}

static void look_everywhere(struct search *s)
{
	DIR *dir = is_over(s) ? NULL : open_dir(s, AT_FDCWD, "/proc");
	struct dirent *entry;

	/* A process may fork while it is looked for: once more finds the child. */
	for (int round = 0; dir && !is_over(s) && round < 2; round++) {
		free(s->mounts);
		s->mounts = NULL;
		s->mount_count = 0;
		rewinddir(dir);
		while (!is_over(s) && (entry = readdir(dir)))
			if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
				look_at_process(s, dirfd(dir), entry->d_name);
	}
	free(s->mounts);
	if (dir)
		closedir(dir);
}

/*
 * From Linux 6.18 on a namespace has a handle, which is made of its cookie and its inode, and the
 * kernel opens it or says that it is stale. A namespace that only sockets keep is stale to later
 * kernels. False: this one does not answer.
 */
struct handle {
	struct file_handle head;
	struct {
		uint64_t cookie;
		uint32_t type;
		uint32_t inode;
	} of; /* struct nsfs_file_handle of linux/nsfs.h */
};

#define NSFS_ROOT   (-10003) /* FD_NSFS_ROOT */
#define HANDLE_TYPE 0xf1     /* FILEID_NSFS */

static bool ask_kernel(struct search *s)
{
	struct netns_id own = netns_identify(-1);
	struct handle h = {.head.handle_bytes = sizeof(h.of)};
	int mount;

	if (!s->id.cookie || name_to_handle_at(AT_FDCWD, "/proc/thread-self/ns/net", &h.head,
					       &mount, AT_SYMLINK_FOLLOW))
		return false;
	if (h.head.handle_bytes != sizeof(h.of) || h.head.handle_type != HANDLE_TYPE ||
	    h.of.cookie != own.cookie || h.of.inode != (uint32_t)own.inode)
		return false;
	h.of.cookie = s->id.cookie;
	h.of.inode = (uint32_t)s->id.inode;
	consider(s, open_by_handle_at(NSFS_ROOT, &h.head, O_RDONLY | O_CLOEXEC));
	return s->found >= 0 || errno == ESTALE;
}

int netns_find(struct netns_id id, char *why, size_t why_size)
{
	struct search s = {.id = id, .found = -1, .why = why, .why_size = why_size};
	bool is_known = ask_kernel(&s);

	s.complete = sees_all();
	look_everywhere(&s);
	if (s.found >= 0)
		return s.found;
	if (s.reused)
		return -ENOENT;
	if (s.alive)
		return -EXDEV;
	if (s.complete || is_known)
		return -ENOENT;
	say_why(&s,
		"it was not found, and not all that could keep it alive can be seen from here: 'zcprof restore' as root, outside of containers, can");
	return -EAGAIN;
}
