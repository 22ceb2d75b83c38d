/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A signal that asks to end is one wish, though it may come twice: timeout(1) sends it to its child, and then to all of
 * its group; where a group is told, timeout(1) and sudo(8) in it pass on what they got. A second wish ends at once what
 * the first only asks to end, so that they have to be told apart.
 *
 *   wish_same()  whether a later signal is the first one again
 */
#ifndef BASE_WISH_H
#define BASE_WISH_H

#include <stdbool.h>
#include <stdint.h>

struct wish {
	int code;	/* si_code, as sigaction(2) has it */
	uint64_t at_ns; /* clock_ns() */
};

/* Safe in a handler. */
bool wish_same(const struct wish *first, const struct wish *later);

#endif
