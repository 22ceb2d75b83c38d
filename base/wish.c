// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/wish.h"

#include <signal.h>

/* One after the other: as long as a busy machine may keep a process from it. A terminal's Ctrl-C is a person's, each. */
#define SAID_TWICE_NS 2000000000ULL

bool wish_same(const struct wish *first, const struct wish *later)
{
	return later->code == SI_USER && later->at_ns - first->at_ns < SAID_TWICE_NS;
}
