/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child that knows what the addresses of one process are called. It looks at the process with zcprof's
 * privileges, as long as it has read nothing that is the process's; before it reads the first of its files
 * it gives them up (base/seal.h). What the process has made of its memory and files can end it, hold it or
 * have it answer nonsense, and harms nobody else.
 *
 *   namer_start()  begins, and notes what the process has mapped
 *   namer_note()   once more; does not wait
 *   namer_settle() waits until that is done, at most so long
 *   namer_ask()    the function at an address
 *   namer_why()    why it does not answer any more; NULL while it does
 *   namer_stop()
 */
#ifndef COLLECTORS_KIT_NAMER_H
#define COLLECTORS_KIT_NAMER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "collectors/kit/maps.h"

#define NAMER_NAME_MAX 384

struct namer {
	pid_t child; /* stays what it was */
	bool reaped;
	int fd;
	unsigned int due; /* answers that were not taken yet */
	int64_t left_ns;  /* how long it may take yet, in all */
	char why[96];
};

struct named {
	uint64_t start;		      /* of the function, or of what is mapped there */
	char name[NAMER_NAME_MAX];    /* "": not known */
	char object[MAPS_OBJECT_MAX]; /* "": no file */
};

/* 0 or a negative errno. */
int namer_start(struct namer *n, pid_t pid);
void namer_note(struct namer *n);
void namer_settle(struct namer *n, uint64_t until_ns);
/* 0, or -1: namer_why(). */
int namer_ask(struct namer *n, uint64_t address, struct named *named);
const char *namer_why(const struct namer *n);
/* why: if there was no reason before. Safe at any time. */
void namer_stop(struct namer *n, const char *why);

#endif
