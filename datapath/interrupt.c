// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/interrupt.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wish.h"

static struct wish first;

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

static void once_more(int number, siginfo_t *info, void *context)
{
	const struct wish wish = {info->si_code, clock_ns()};

	(void)context;
	if (wish_same(&first, &wish))
		return;
	signal(number, SIG_DFL);
	raise(number);
}

void interrupt_taken(int fd)
{
	struct sigaction action = {.sa_sigaction = once_more, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct signalfd_siginfo info;
	sigset_t set;

	if (read(fd, &info, sizeof(info)) < 0)
		return;
	first = (struct wish){info.ssi_code, clock_ns()};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	both(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	close(fd);
}
