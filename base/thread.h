/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that works beside the one that decides.
 *
 *   thread_start_quiet()  begin one that no signal ever reaches: they stay with its starter
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/* 0 or a positive errno, as pthread_create(3) says it. To be joined. */
int thread_start_quiet(pthread_t *thread, void *(*work)(void *), void *data);

#endif
