/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a process that just died is still in a call that it was in. */
#ifndef NIC_PROCESS_H
#define NIC_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* What /proc/PID/stat says of a process, in its fields 9, 22 and 31; zeros where there is none. */
struct process {
	unsigned long long start; /* with the pid it names it for as long as the machine is up */
	bool dying; /* it will not change anything any more, but for a call that it is in */
};

struct process process_look(pid_t pid);

#endif
