/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The connections of one service on two machines: what is one's local address and port is the other's remote.
 *
 *   match_tell()   rows agent.connection of one that an end had in its window
 *   match_take()   such a row, as it came from a machine
 *   match_write()  how many are the same of both, and of those that moved most which they are and what each end moved;
 *                  warns where some are of one alone
 *   match_free()
 */
#ifndef ZCPROF_ATTACH_MATCH_H
#define ZCPROF_ATTACH_MATCH_H

#include "record/writer.h"
#include "zcprof/attach/traffic.h"

/* As one machine tells of it. */
struct match_one {
	char *name;
	uint64_t cookie; /* of its socket, there */
	uint64_t bytes;
	bool said; /* both are known */
};

/* Starts zeroed, but for end. */
struct match_half {
	enum record_end end;
	struct match_one *ones;
	size_t count, untold; /* more than are kept */
	double brief;	      /* came and went between two looks */
	bool told;
};

void match_tell(struct writer *w, enum record_end end, const struct traffic *t);
void match_take(struct match_half *half, const struct row *row);
/* halves: the first said, whichever end it is. Sorts them. */
void match_write(struct match_half *const halves[2], struct writer *w);
void match_free(struct match_half *half);

#endif
