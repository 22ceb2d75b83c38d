// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/stop.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "base/wish.h"

/* A handler has no other way to reach them. */
static volatile sig_atomic_t asked;
static uint64_t first_ns;
static int event = -1;

static void on_signal(int signal_number)
{
	const uint64_t now_ns = clock_ns(), one = 1;

	(void)signal_number;
	if (asked && wish_same(first_ns, now_ns))
		return;
	if (asked) {
		wish_granted();
		_exit(EXIT_FAILED);
	}
	asked = 1;
	first_ns = now_ns;
	if (write(event, &one, sizeof(one)) < 0)
		return; /* poll does not wake, but its next timeout looks at it */
}

int stop_prepare(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_signal};

	/* No second one within the handler of the first. */
	for (int i = 0; i < 3; i++)
		sigaddset(&action.sa_mask, signals[i]);

	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event < 0)
		return -errno;
	for (int i = 0; i < 3; i++)
		if (!(signals[i] == SIGHUP && wish_without_terminal()) &&
		    sigaction(signals[i], &action, NULL))
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
