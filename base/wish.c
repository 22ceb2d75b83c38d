// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/wish.h"

#include <signal.h>
#include <stddef.h>

#include "base/say.h"

/* As long as a busy machine may keep whoever passes a signal on, and shorter than anybody waits who means it. */
#define ONE_WISH_NS 2000000000ULL

bool wish_same(uint64_t first_ns, uint64_t later_ns)
{
	return later_ns - first_ns < ONE_WISH_NS;
}

void wish_granted(void)
{
	say_last("ended at once; what it may have changed on this machine stays so until 'zcprof restore', or the next zcprof");
}

bool wish_without_terminal(void)
{
	struct sigaction now;

	return !sigaction(SIGHUP, NULL, &now) && now.sa_handler == SIG_IGN;
}
