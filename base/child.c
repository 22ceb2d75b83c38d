// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptors.h"

/* In the child; 0 where nothing is wrong but the program does not run yet. */
static int become(const struct child *what, pid_t parent)
{
	int error = 0;

	if (what->own_group)
		setpgid(0, 0);
	/* Ignored signals stay ignored over exec. */
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A parent that died before the prctl sends nothing any more. */
	if (getppid() != parent)
		return -ESRCH;
	for (int fd = 0; fd < 3; fd++)
		if (what->fds[fd] >= 0 && dup2(what->fds[fd], fd) < 0)
			return -errno;
	if (what->prepare)
		error = what->prepare(what->data);
	if (error)
		return error;
	descriptors_put_back();
	execvp(what->argv[0], what->argv);
	return -errno;
}

int child_start(const struct child *what, pid_t *pid)
{
	pid_t parent = getpid();
	int report[2];
	int error = 0;

	/* The parent learns of what went wrong by its errno, of a program that runs by the end of file. */
	if (pipe2(report, O_CLOEXEC))
		return -errno;
	*pid = fork();
	if (!*pid) {
		error = become(what, parent);
		if (write(report[1], &error, sizeof(error)) < 0)
			_exit(126);
		_exit(127);
	}
	if (*pid < 0)
		error = -errno;
	close(report[1]);
	if (*pid > 0 && what->own_group)
		setpgid(*pid, *pid); /* whichever of the two comes first */
	if (*pid > 0 && TEMP_FAILURE_RETRY(read(report[0], &error, sizeof(error))) == sizeof(error))
		child_wait(*pid, NULL);
	close(report[0]);
	if (error)
		*pid = 0;
	return error;
}

int child_wait(pid_t pid, int *status)
{
	return TEMP_FAILURE_RETRY(waitpid(pid, status, 0)) < 0 ? -errno : 0;
}
