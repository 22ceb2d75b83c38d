// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/thread.h"

#include <signal.h>

int thread_start_quiet(pthread_t *thread, void *(*work)(void *), void *data)
{
	sigset_t all, before;
	int error;

	/* A thread begins with the mask of its starter. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(thread, NULL, work, data);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}
