// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/say.h"
#include "base/stop.h"

/* One that was told to end, and does not, is ended. */
#define ENDS_WITHIN_MS 10000

int command_start(pid_t *pid, char *const argv[], int out, char *why, size_t why_size)
{
	struct child child = {.argv = argv, .fds = {-1, out, -1}};
	int error = child_start(&child, pid);

	if (!error)
		return 0;
	snprintf(why, why_size, "cannot run %s: %s", argv[0], strerror(-error));
	return -1;
}

/* False: it has not within that, or zcprof was asked to stop before. ms -1: as long as it takes. */
static bool ends(pid_t pid, int ms, bool until_stop)
{
	struct pollfd fds[] = {{.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN},
			       {.fd = until_stop ? stop_fd() : -1, .events = POLLIN}};
	int ready;

	/* Nobody has waited for it so far, so its number is its own, and this machine is short of descriptors. */
	if (fds[0].fd < 0)
		return false;
	do {
		ready = poll(fds, 2, ms);
	} while (ready < 0 && errno == EINTR && !(until_stop && stop_asked()));
	close(fds[0].fd);
	return fds[0].revents;
}

/* Told to end, and waited for no longer than that. Whether it did. */
static bool told_to_end(pid_t pid)
{
	kill(pid, SIGTERM);
	return ends(pid, ENDS_WITHIN_MS, false);
}

bool command_finish(pid_t pid, const char *name, enum command_end how)
{
	bool had_ended = ends(pid, how == COMMAND_WAIT ? -1 : 0, how == COMMAND_WAIT);
	bool did = had_ended || told_to_end(pid);
	int status = 0;

	if (!did)
		say_warning("%s was told to end, did not within %d s, and was killed", name,
			    ENDS_WITHIN_MS / 1000);
	if (did ? child_wait(pid, &status) : child_kill(pid, &status)) {
		say_error("%s does not end: it hangs in the kernel", name);
		return false;
	}
	if (!had_ended && how == COMMAND_TERMINATE) {
		if (did)
			say_info("%s was told to end, and did", name);
		return true;
	}
	if (WIFSIGNALED(status))
		say_error("%s was ended by signal %d (%s)", name, WTERMSIG(status),
			  strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		say_error("%s ended with exit code %d", name, WEXITSTATUS(status));
	else
		say_info("%s ended with exit code 0", name);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}
