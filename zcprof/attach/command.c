// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/say.h"
#include "base/stop.h"

/* In the child; the parent learns of a failed exec by its errno, of a good one by the end of file.
 */
static void become(char *const argv[], int out, pid_t parent, int report)
{
	int error;

	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A parent that died before the prctl sends nothing any more. */
	if (getppid() == parent && (out < 0 || dup2(out, STDOUT_FILENO) >= 0))
		execvp(argv[0], argv);
	error = errno;
	if (write(report, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

int command_start(pid_t *pid, char *const argv[], int out, char *why, size_t why_size)
{
	pid_t parent = getpid();
	int report[2] = {-1, -1};
	int error = 0;

	*pid = -1;
	if (!pipe2(report, O_CLOEXEC))
		*pid = fork();
	if (*pid < 0)
		error = errno;
	if (!*pid)
		become(argv, out, parent, report[1]);
	if (report[1] >= 0)
		close(report[1]);
	if (*pid > 0 && read(report[0], &error, sizeof(error)) == sizeof(error))
		waitpid(*pid, NULL, 0);
	if (report[0] >= 0)
		close(report[0]);
	if (!error)
		return 0;
	*pid = 0;
	snprintf(why, why_size, "cannot run %s: %s", argv[0], strerror(error));
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
