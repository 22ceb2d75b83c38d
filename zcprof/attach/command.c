// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/say.h"
#include "base/stop.h"

int command_start(pid_t *pid, char *const argv[], int out, char *why, size_t why_size)
{
	struct child child = {.argv = argv, .fds = {-1, out, -1}};
	int error = child_start(&child, pid);

	if (!error)
		return 0;
	snprintf(why, why_size, "cannot run %s: %s", argv[0], strerror(-error));
	return -1;
}

/* waitpid() until it has ended, or has not (WNOHANG: 0). */
static pid_t wait_for(pid_t pid, int *status, int options, bool *told)
{
	for (;;) {
		pid_t found;

		if (!*told && stop_asked()) {
			kill(pid, SIGTERM);
			*told = true;
		}
		found = waitpid(pid, status, options);
		if (found >= 0 || errno != EINTR)
			return found;
	}
}

bool command_finish(pid_t pid, const char *name, enum command_end how)
{
	bool told = false;
	int status = 0;

	if (how == COMMAND_WAIT || wait_for(pid, &status, WNOHANG, &told) == 0) {
		if (how != COMMAND_WAIT && !told)
			kill(pid, SIGTERM);
		told = told || how != COMMAND_WAIT;
		wait_for(pid, &status, 0, &told);
		if (how == COMMAND_TERMINATE) {
			say_info("%s was told to end, and did", name);
			return true;
		}
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
