/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls of hot loops, without what the C library puts around them: in a process with threads each is a point of
 * cancellation there, which takes some forty instructions, two of them locked, and no thread of zcpath is cancelled.
 * As send(2), recv(2) and epoll_wait(2) say.
 */
#ifndef DATAPATH_CALLS_H
#define DATAPATH_CALLS_H

#include <stddef.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static inline ssize_t call_send(int fd, const void *at, size_t size, int flags)
{
	return syscall(SYS_sendto, fd, at, size, flags, NULL, 0);
}

static inline ssize_t call_recv(int fd, void *at, size_t size, int flags)
{
	return syscall(SYS_recvfrom, fd, at, size, flags, NULL, NULL);
}

/* Newer architectures have epoll_pwait(2) alone. */
static inline int call_epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms)
{
#ifdef SYS_epoll_wait
	return (int)syscall(SYS_epoll_wait, epoll, events, most, timeout_ms);
#else
	return (int)syscall(SYS_epoll_pwait, epoll, events, most, timeout_ms, NULL, 0);
#endif
}

#endif
