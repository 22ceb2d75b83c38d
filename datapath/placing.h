/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * On which CPU a thread runs.
 *
 *   placing_on()      put it on this one
 *   placing_able()    are there such CPUs here
 *   placing_follow()  put it where what its socket receives is served, or so many CPUs further; again, where
 *                     that has changed since
 */
#ifndef DATAPATH_PLACING_H
#define DATAPATH_PLACING_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "nic/serving.h"
#include "record/options.h"

/* Begins with PLACING_NOWHERE. */
struct placing {
	struct serving serving;
	bool followed;
	int cpu; /* where it was put */
};

#define PLACING_NOWHERE ((struct placing){.serving = SERVING_UNKNOWN, .cpu = -1})

/* False with why filled in. */
bool placing_able(const struct places *places, char *why, size_t why_size);
/* 0, or -1 with why filled in: a sentence that says what to do. */
int placing_on(pthread_t thread, int cpu, char *why, size_t why_size);
int placing_follow(struct placing *p, pthread_t thread, int fd, int offset, char *why,
		   size_t why_size);

#endif
