// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/interrupt.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wish.h"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
static bool without_terminal;
static uint64_t first_ns;

static bool asks(int number)
{
	return number != SIGHUP || !without_terminal;
}

static void all_of_them(sigset_t *set)
{
	sigemptyset(set);
	for (int i = 0; i < 3; i++)
		if (asks(signals[i]))
			sigaddset(set, signals[i]);
}

int interrupt_begin(void)
{
	sigset_t set;

	without_terminal = wish_without_terminal();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	all_of_them(&set);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void once_more(int number)
{
	if (wish_same(first_ns, clock_ns()))
		return;
	wish_granted();
	signal(number, SIG_DFL);
	raise(number);
}

void interrupt_taken(int fd)
{
	struct sigaction action = {.sa_handler = once_more, .sa_flags = SA_RESTART};
	struct signalfd_siginfo info;
	sigset_t set;

	if (read(fd, &info, sizeof(info)) < 0)
		return;
	first_ns = clock_ns();
	for (int i = 0; i < 3; i++)
		if (asks(signals[i]))
			sigaction(signals[i], &action, NULL);
	all_of_them(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	close(fd);
}
