// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/say.h"

/* A handler has no other way to reach them. */
static volatile sig_atomic_t asked;
static int event = -1;

static void on_signal(int signal_number)
{
	const uint64_t one = 1;

	(void)signal_number;
	if (asked++)
		_exit(EXIT_FAILED);
	if (write(event, &one, sizeof(one)) < 0)
		asked = 1; /* poll does not wake, but its next timeout looks here */
}

int stop_prepare(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_signal};

	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event < 0)
		return -errno;
	for (int i = 0; i < 3; i++)
		if (sigaction(signals[i], &action, NULL))
			return -errno;
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

bool stop_asked(void)
{
	return asked;
}

int stop_fd(void)
{
	return event;
}
