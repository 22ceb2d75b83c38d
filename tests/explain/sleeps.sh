# SPDX-License-Identifier: GPL-2.0-or-later
# The receiver's application sleeps $SIZE us after each receive.
# shellcheck shell=bash disable=SC2034,SC2154
expected=sleeps
where=host
needs=gcc
default_size=200

inject() {
	preload "-DSLEEP_US=$SIZE" <<-'END'
		#define _GNU_SOURCE
		#include <dlfcn.h>
		#include <unistd.h>
		#include <sys/socket.h>
		ssize_t recv(int fd, void *data, size_t length, int flags)
		{
			static ssize_t (*real)(int, void *, size_t, int);
			if (!real)
				real = dlsym(RTLD_NEXT, "recv");
			ssize_t n = real(fd, data, length, flags);
			if (n > 0 && !(flags & (MSG_PEEK)) && length > 4096)
				usleep(SLEEP_US);
			return n;
		}
	END
}

undo() {
	zcpath=$BUILD/zcpath
}
