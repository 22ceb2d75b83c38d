# SPDX-License-Identifier: GPL-2.0-or-later
# A library in between has one lock around each send, and holds it for some time.
# shellcheck shell=bash disable=SC2034,SC2154
expected="user_locks user_code"
where=host
needs=gcc
default_size=1
options=(--flows 4 --write 64K)

inject() {
	preload <<-'END'
		#define _GNU_SOURCE
		#include <dlfcn.h>
		#include <pthread.h>
		#include <sys/socket.h>
		static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
		ssize_t send(int fd, const void *data, size_t length, int flags)
		{
			static ssize_t (*real)(int, const void *, size_t, int);
			if (!real)
				real = dlsym(RTLD_NEXT, "send");
			pthread_mutex_lock(&lock);
			ssize_t n = real(fd, data, length, flags);
			for (volatile int i = 0; i < 20000; i++)
				;
			pthread_mutex_unlock(&lock);
			return n;
		}
	END
}

undo() {
	zcpath=$BUILD/zcpath
}
