/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run is for one machine, as the request 'run' has it: NAME=VALUE each.
 *
 *   asked_take()  into the machine's part of the run; chosen becomes its sources
 */
#ifndef ZCPROF_AGENT_ASKED_H
#define ZCPROF_AGENT_ASKED_H

#include "zcprof/agent/part.h"

/* Texts are taken from the words. */
struct asked {
	const char *collect, *no_collect, *address;
	bool unnamed; /* the host's name is not to stand in the record */
};

/* words: NULL at the end. 0, or -1 with why filled in. */
int asked_take(struct asked *asked, struct part *p, char *const words[], char *why, size_t size);
enum record_end asked_end(const char *name); /* END_HOST: it is none */

#endif
