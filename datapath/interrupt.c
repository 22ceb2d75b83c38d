// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/interrupt.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void both(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
}

int interrupt_begin(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	both(&set);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void interrupt_taken(int fd)
{
	struct signalfd_siginfo info;
	sigset_t set;

	if (read(fd, &info, sizeof(info)) < 0)
		return;
	/* timeout(1) says it twice, to its child and to all of its group: that is one wish. */
	usleep(50000);
	while (read(fd, &info, sizeof(info)) > 0)
		;
	both(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	close(fd);
}
