/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One end that is measured, and that zcprof run did not start.
 *
 *   subject_hold()         a process's number is not given to another from now on, and its end is
 *                          seen
 *   subject_open()         follow what it moves from now on
 *   subject_choose_end()   by what it moved since, where its end is not known
 *   subject_warn_state()   a process that is stopped, or that is a thread of the kernel
 *   subject_warn_forked()  a process's children are processes of their own, which no collector looks at; and
 *                          those of a cgroup may be in several network namespaces
 *   subject_bytes()        of what was moved, what its end counts
 *   subject_describe()     the command line of a process, on one line; else what the target is
 *   subject_close()        safe at any time
 */
#ifndef ZCPROF_ATTACH_SUBJECT_H
#define ZCPROF_ATTACH_SUBJECT_H

#include <net/if.h>

#include "collectors/collector.h"
#include "zcprof/attach/others.h"
#include "zcprof/attach/traffic.h"
#include "zcprof/facts_sockets.h"

struct subject {
	struct target target;
	char name[320]; /* as in a message: "process 12" */
	bool is_command;
	enum record_end end; /* END_HOST until it is known */
	int pidfd;
	const char *iface; /* NULL: none was named; from subject_open() on the device's own name */
	char device[IF_NAMESIZE];
	struct others others;	/* not TCP, and not in its traffic */
	struct sockets sockets; /* what is set for them */
	struct traffic traffic;
	struct moved moved[EDGE_COUNT];
	uint64_t at_ns[EDGE_COUNT];
	uint64_t shown;	  /* bytes in the rows so far */
	bool forked;	  /* was said */
	size_t elsewhere; /* processes that are in another network namespace; was said */
};

/* Set target, end and iface first, pidfd and target.netns to -1. Both: 0, or -1 after saying why. */
int subject_hold(struct subject *s);
int subject_open(struct subject *s);
void subject_choose_end(struct subject *s);
void subject_warn_state(const struct subject *s);
void subject_warn_forked(struct subject *s);
uint64_t subject_bytes(const struct subject *s, const struct moved *moved);
/* Whether so many bytes since the window opened are what it moved until then, and did not likely go another way than TCP. */
bool subject_by_tcp(const struct subject *s, uint64_t bytes, uint64_t at_ns);
/* Returns text. */
char *subject_describe(const struct subject *s, char *text, size_t size);
void subject_close(struct subject *s);

#endif
