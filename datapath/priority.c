// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/priority.h"

#include <pthread.h>
#include <sched.h>

bool priority_below(int *policy, int *priority)
{
	if (*policy != SCHED_FIFO && *policy != SCHED_RR)
		return false;
	if (*priority > sched_get_priority_min(*policy))
		--*priority;
	else if (*policy == SCHED_FIFO)
		*policy = SCHED_RR; /* below the lowest is none: equals take turns, 100 ms each */
	else
		return false;
	return true;
}

int priority_yield(void)
{
	struct sched_param param;
	int policy;
	int error = pthread_getschedparam(pthread_self(), &policy, &param);

	if (error || !priority_below(&policy, &param.sched_priority))
		return error;
	return pthread_setschedparam(pthread_self(), policy, &param);
}
