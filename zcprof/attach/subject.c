// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/subject.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/say.h"
#include "collectors/kit/process.h"
#include "nic/device.h"
#include "nic/netns.h"

int subject_hold(struct subject *s)
{
	target_describe(&s->target, s->name, sizeof(s->name));
	if (s->target.kind != TARGET_PROCESS)
		return 0;
	s->pidfd = (int)syscall(SYS_pidfd_open, s->target.pid, 0);
	/* In this order: what is read of the number is this process's if the descriptor still says it lives. */
	if (s->pidfd >= 0 && !target_hold(&s->target))
		return 0;
	if (errno == ESRCH || (s->pidfd >= 0 && errno == ENOENT))
		say_error("there is no process %d", (int)s->target.pid);
	else
		say_error("cannot follow process %d: %s%s", (int)s->target.pid, strerror(errno),
			  errno == EINVAL || errno == ENOENT
				  ? "; a thread is measured with its process, whose id is Tgid in /proc/ID/status"
				  : "");
	return -1;
}

static int open_namespace(struct subject *s)
{
	pid_t pid = target_first(&s->target);
	char path[40], why[200];

	/* That of the first process is all of a cgroup's, but where another is seen. */
	if (s->target.kind == TARGET_NETNS || s->target.kind == TARGET_CPUS)
		return 0;
	if (!pid && !descriptors_left(1, why, sizeof(why))) {
		say_error("cannot look into %s: %s", s->name, why);
		return -1;
	}
	if (!pid) {
		say_error("%s has no process now: start one first", s->name);
		return -1;
	}

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)process_living(pid));
	s->target.netns = open(path, O_RDONLY | O_CLOEXEC);
	if (s->target.netns < 0) {
		say_error("cannot look into process %d: %s%s", (int)pid, strerror(errno),
			  errno == EACCES || errno == EPERM ? "; run as its owner or as root" : "");
		return -1;
	}
	/* In the namespace of zcprof there is nothing to enter, which would need privilege. */
	if (netns_inode(s->target.netns) == netns_inode(-1))
		target_close(&s->target);
	return 0;
}

/* A device may be called by an alternative name; files, figures and other programs know its own. */
static void name_device(struct subject *s)
{
	int previous = s->iface && s->target.netns >= 0 ? netns_enter(s->target.netns) : -1;

	if (s->iface && !device_name(s->iface, s->device))
		s->iface = s->device;
	if (previous >= 0)
		netns_leave(previous);
}

int subject_open(struct subject *s)
{
	char why[300];

	if (open_namespace(s))
		return -1;
	name_device(s);
	if (!traffic_open(&s->traffic, &s->target, s->iface, why, sizeof(why)))
		return 0;
	say_error("%s", why);
	return -1;
}

/* More in than out is a receiver. */
void subject_choose_end(struct subject *s)
{
	struct moved moved;

	if (s->end != END_HOST)
		return;
	traffic_look(&s->traffic);
	if (traffic_read(&s->traffic, &moved) || (!moved.received && !moved.sent))
		moved = traffic_before(&s->traffic);
	s->end = moved.sent > moved.received ? END_TX : END_RX;
	if (!moved.received && !moved.sent)
		say_warning("%s has moved nothing so far and is taken for the receiver; --as tx says otherwise",
			    s->name);
}

void subject_warn_state(const struct subject *s)
{
	pid_t pid = s->target.pid;
	struct process_stat stat;

	if (s->target.kind != TARGET_PROCESS || s->is_command || process_stat(pid, pid, &stat))
		return;
	if (stat.of_kernel)
		say_warning("process %d is a thread of the kernel: it makes no system calls and holds no connections; --cpu measures what CPUs do",
			    (int)pid);
	else if (stat.state == 'T' || stat.state == 't')
		say_warning("process %d is stopped%s: nothing is counted of it until it goes on%s",
			    (int)pid, stat.state == 't' ? " by who traces it" : "",
			    stat.state == 'T' ? " (kill -CONT)" : "");
}

static void count_elsewhere(void *data, pid_t pid)
{
	struct subject *s = data;
	char path[40];
	struct stat at;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)process_living(pid));
	if (!stat(path, &at) && at.st_ino != netns_inode(s->target.netns))
		s->elsewhere++;
}

static void warn_elsewhere(struct subject *s)
{
	if (s->elsewhere || s->iface)
		return;
	target_each(&s->target, count_elsewhere, s);
	if (s->elsewhere)
		say_warning("%zu processes of %s are in other network namespaces than its first: their connections are not in its throughput, all else is",
			    s->elsewhere, s->name);
}

void subject_warn_forked(struct subject *s)
{
	if (s->target.kind == TARGET_CGROUP)
		warn_elsewhere(s);
	if (s->forked || s->target.kind != TARGET_PROCESS)
		return;
	s->forked = process_forked(s->target.pid);
	if (s->forked)
		say_warning("process %d has processes that it forked: they are not measured, only its own threads are; attach to the one that works, or to its --cgroup",
			    (int)s->target.pid);
}

uint64_t subject_bytes(const struct subject *s, const struct moved *moved)
{
	return s->end == END_RX ? moved->received : moved->sent;
}

/* Less is 0.00 Gbit/s where it is printed. */
#define NEXT_TO_NOTHING 0.005e9

bool subject_by_tcp(const struct subject *s, uint64_t bytes, uint64_t at_ns)
{
	double seconds = (double)(at_ns - s->at_ns[EDGE_OPEN]) / 1e9;

	return s->iface || !others_any(&s->others) ||
	       8.0 * (double)bytes >= NEXT_TO_NOTHING * seconds;
}

char *subject_describe(const struct subject *s, char *text, size_t size)
{
	if (s->target.kind != TARGET_PROCESS)
		return target_describe(&s->target, text, size);
	process_command(s->target.pid, text, size);
	if (!*text)
		snprintf(text, size, "(no command line)");
	return text;
}

void subject_close(struct subject *s)
{
	traffic_close(&s->traffic);
	sockets_forget(&s->sockets);
	if (s->pidfd >= 0)
		close(s->pidfd);
	s->pidfd = -1;
	target_close(&s->target);
}
