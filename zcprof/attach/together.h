/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One record of two halves, each of its own end and from its own machine.
 *
 *   together_take()      what came of a half
 *   together_is_ready()  it waits for its window to be opened
 *   together_write()     both as one: facts first, and each machine's own as rx-host and tx-host
 *   together_free()
 */
#ifndef ZCPROF_ATTACH_TOGETHER_H
#define ZCPROF_ATTACH_TOGETHER_H

#include <stdbool.h>
#include <stddef.h>

/* Starts zeroed. */
struct together_half {
	const char *name; /* of the machine */
	char *bytes;	  /* its rows, as they came */
	size_t len, room;
};

/* 0, or -1: it says more than a record has, or there is no memory left. */
int together_take(struct together_half *h, const char *bytes, size_t len);
bool together_is_ready(const struct together_half *h);
/* whole: false leaves it a .part. An exit code; what is wrong was said. */
int together_write(const char *path, struct together_half *const halves[2], bool whole);
void together_free(struct together_half *h);

#endif
