/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host that runs a part of the experiment: its agent (zcprof/agent/request.h), at the other side of an ssh
 * that is kept for as long as the experiment lasts. What comes from there is validated row by row, and bounded.
 *
 *   host_connect()   start the agent; returns when it has said that it is of the same version, or of one that
 *                    understands what it is asked
 *   host_version()   the other version that it is of; NULL: it is of this one
 *   host_ask()       one request; its answer comes later
 *   host_await()     until all that was asked has been answered
 *   host_fds()       what to wait for
 *   host_read()      take what came; rows of the run go to the callback
 *   host_gone()      whether it was lost, and how
 *   host_give_up()   what it was asked took too long: it is lost
 *   host_clock()     how far its clock is from this one's
 *   host_close()
 */
#ifndef ZCPROF_REACH_HOST_H
#define ZCPROF_REACH_HOST_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/row.h"

struct host;

/* A row of the run, whose end is as the host has it. Its warnings, a line each. */
struct host_hears {
	void (*on_row)(void *data, struct host *h, const struct row *row);
	void (*on_warning)(void *data, struct host *h, const char *text);
	void *data;
};

struct host_how {
	const char *ssh;    /* words with blanks between them */
	const char *zcprof; /* there */
	const char *zcpath; /* there; NULL: its own choice */
	bool pushed;	    /* zcprof was taken there for this, and is to be removed */
	int patience_s;	    /* until it has to have answered */
};

/* NULL with a whole sentence in why. */
struct host *host_connect(const struct host_how *how, const char *name, char *why, size_t why_size);
const char *host_name(const struct host *h);
/* words: NULL at the end. 0, or -1 where it cannot be said, and then host_gone() says why. */
int host_ask(struct host *h, char *const words[]);
const char *host_version(const struct host *h);
bool host_owes(const struct host *h); /* an answer */
/* The last answer: its exit code and words. */
int host_answer(const struct host *h, const char **text);
void host_fds(const struct host *h, struct pollfd fds[2]);
/* After poll(2), also where nothing came: silence is noticed here. */
void host_read(struct host *h, const struct host_hears *hears);
/* 0 or an exit code of the answer; -1: it is lost, or did not answer within that. */
int host_await(struct host *h, const struct host_hears *hears, int ms, const char **text);
/* NULL: it is there. Else what became of it, to stand behind its name. */
const char *host_gone(const struct host *h);
void host_give_up(struct host *h, const char *what, unsigned int after_ms);
/* ns that its clock is ahead, and how far off that may be. 0, or -1 where it is lost. */
int host_clock(struct host *h, const struct host_hears *hears, double *ahead_ns, double *error_ns);
void host_close(struct host *h);

#endif
