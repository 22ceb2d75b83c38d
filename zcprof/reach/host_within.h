/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What host.c, which hears and asks, and host_begin.c, which begins and ends the connection, share.
 *
 *   host_lose()      it is lost, and why: what is said first stays
 *   host_warn()      it warns of something; hears: NULL: nobody hears it so far
 *   host_close_fd()
 */
#ifndef ZCPROF_REACH_HOST_WITHIN_H
#define ZCPROF_REACH_HOST_WITHIN_H

#include <pthread.h>

#include "record/reader.h"
#include "zcprof/agent/version.h"
#include "zcprof/reach/host.h"

#define EARLY_MAX 16

struct host {
	char *name;
	pid_t pid;
	int in, out, err; /* -1 once closed */
	pthread_mutex_t saying;
	pthread_t beating;
	bool beats;
	int calm; /* a descriptor that ends the beating */
	struct reader *reader;
	char hello[HELLO_MAX];
	char protocol[16];
	unsigned int owed;
	int code;
	char text[700];
	uint64_t heard_ns, bytes;
	char line[512]; /* of its standard error, and the last whole one */
	size_t line_len;
	char last[512];
	unsigned int warnings;	/* that were taken */
	char *early[EARLY_MAX]; /* and of those what nobody heard so far */
	size_t early_count;
	char gone[900];
	bool differs; /* it is of another version: */
	struct version version;
};

__attribute__((format(printf, 2, 3))) void host_lose(struct host *h, const char *format, ...);
void host_warn(struct host *h, const struct host_hears *hears, const char *text);
void host_close_fd(int *fd);

#endif
