/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an agent does when it is asked (request.h).
 *
 *   obey_new()     for an agent that says its rows here, and runs that zcpath
 *   obey()         one request, and its answer
 *   obey_fds()     what to wait for
 *   obey_follow()  take what the ends said
 *   obey_end()     whatever runs is ended
 */
#ifndef ZCPROF_AGENT_OBEY_H
#define ZCPROF_AGENT_OBEY_H

#include <poll.h>

#include "zcprof/agent/part.h"

#define OBEY_FDS 4

struct servant {
	struct writer *out;
	char *zcpath;
	struct part part;
	struct once once;
	const struct collector_ops *chosen[COLLECTORS_MAX];
};

void obey_new(struct servant *s, struct writer *out, char *zcpath);
/* Cuts the line up. */
void obey(struct servant *s, char *line);
void obey_fds(const struct servant *s, struct pollfd fds[OBEY_FDS]);
void obey_follow(struct servant *s, const struct pollfd fds[OBEY_FDS]);
void obey_end(struct servant *s);

#endif
