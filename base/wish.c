// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/wish.h"

#include <signal.h>

/* One after the other: as long as a busy machine may keep a process from it. No person is meant who asks again. */
#define SAID_TWICE_NS 2000000000ULL

bool wish_same(const struct wish *first, const struct wish *later)
{
	return first->code == SI_USER && later->code == SI_USER && first->by == later->by &&
	       later->at_ns - first->at_ns < SAID_TWICE_NS;
}
