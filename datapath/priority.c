// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/priority.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* struct sched_attr of include/uapi/linux/sched/types.h, which cannot be included beside <sched.h> of older libraries. */
struct turn {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns, deadline_ns, period_ns;
};

#define NICE_MOST 19

/* The shortest that there is: __setparam_fair() in kernel/sched/fair.c. */
#define SHORT_TURN_NS 100000

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

int priority_yield(bool one_of_many)
{
	struct sched_param param;
	int policy;
	int error = pthread_getschedparam(pthread_self(), &policy, &param);

	if (error)
		return error;
	/* A thread has a nice value of its own: setpriority(2), "C library/kernel differences". */
	if (!priority_below(&policy, &param.sched_priority))
		return one_of_many && setpriority(PRIO_PROCESS, (id_t)gettid(), NICE_MOST) ? errno
											   : 0;
	return pthread_setschedparam(pthread_self(), policy, &param);
}

int priority_lead(void)
{
	struct turn turn = {.size = sizeof(turn)};

	if (syscall(SYS_sched_getattr, 0, &turn, sizeof(turn), 0))
		return errno;
	if (turn.policy != SCHED_OTHER && turn.policy != SCHED_BATCH)
		return 0;
	turn.size = sizeof(turn);
	turn.runtime_ns = SHORT_TURN_NS;
	return syscall(SYS_sched_setattr, 0, &turn, 0) ? errno : 0;
}
