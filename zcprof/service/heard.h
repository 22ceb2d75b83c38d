/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Warnings that every window of a rule would repeat, of which a service has thousands.
 *
 *   heard_before()  was this line among the last that were new? Then nobody needs it again; else it is now
 *   heard_free()    zeroed is fine
 */
#ifndef ZCPROF_SERVICE_HEARD_H
#define ZCPROF_SERVICE_HEARD_H

#include <stdbool.h>
#include <stddef.h>

/* What names a process is new with each: so many are remembered, the oldest forgotten first. */
#define HEARD_MOST 64

struct heard {
	char *lines[HEARD_MOST];
	size_t next;
};

bool heard_before(struct heard *h, const char *line);
void heard_free(struct heard *h);

#endif
