// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* From being killed to being on its way out, and from there to being gone: what it holds takes its time on a busy machine. */
#define KILLED_MS  1000
#define LEAVING_MS 30000
/* include/linux/sched.h; proc_pid_stat(5) shows it, "flags". */
#define PF_EXITING 0x4
/* From its start to its program: a file system that answers nobody takes for ever. */
#define BEGIN_MS 60000
/* From being asked to end to being killed. */
#define TERM_MS 200

#include "base/clock.h"
#include "base/descriptors.h"

/* In the child; 0 where nothing is wrong but the program does not run yet. */
static int become(const struct child *what, pid_t parent)
{
	int error = 0;

	if (what->own_group)
		setpgid(0, 0);
	/* Ignored signals stay ignored over exec. */
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
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

/* The parent learns of what went wrong by its errno, of a program that runs by the end of file. 0 or a negative errno. */
static int hear(int report, pid_t pid)
{
	struct pollfd told = {.fd = report, .events = POLLIN};
	int error = 0;

	if (!TEMP_FAILURE_RETRY(poll(&told, 1, BEGIN_MS))) {
		child_kill(pid, NULL);
		return -ETIMEDOUT;
	}
	if (TEMP_FAILURE_RETRY(read(report, &error, sizeof(error))) == sizeof(error))
		child_wait(pid, NULL);
	return error;
}

int child_start(const struct child *what, pid_t *pid)
{
	pid_t parent = getpid();
	int report[2];
	int error = 0;

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
	if (*pid > 0)
		error = hear(report[0], *pid);
	close(report[0]);
	if (error)
		*pid = 0;
	return error;
}

static void close_all(const int fds[3])
{
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* there: the child's side of each pipe; -1: none. */
static int make_pipes(const struct child *what, int here[3], int there[3])
{
	for (int i = 0; i < 3; i++) {
		int ends[2] = {-1, -1}; /* to be read from, and to be written to */

		if (what->fds[i] == CHILD_PIPE && pipe2(ends, O_CLOEXEC))
			return -errno;
		here[i] = ends[!i];
		there[i] = ends[!!i];
		if (here[i] >= 0)
			fcntl(here[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

int child_start_piped(const struct child *what, pid_t *pid, int here[3])
{
	int there[3] = {-1, -1, -1};
	struct child child = *what;
	int error;

	for (int i = 0; i < 3; i++)
		here[i] = -1;
	error = make_pipes(what, here, there);
	for (int i = 0; i < 3; i++)
		if (there[i] >= 0)
			child.fds[i] = there[i];
	if (!error)
		error = child_start(&child, pid);
	close_all(there);
	if (error) {
		close_all(here);
		for (int i = 0; i < 3; i++)
			here[i] = -1;
	}
	return error;
}

int child_wait(pid_t pid, int *status)
{
	return TEMP_FAILURE_RETRY(waitpid(pid, status, 0)) < 0 ? -errno : 0;
}

/* 0, -ETIMEDOUT where it goes on, or another negative errno. */
static int await(pid_t pid, int *status, int patience_ms)
{
	const uint64_t until_ns = clock_ns() + (uint64_t)patience_ms * 1000000;
	pid_t ended;

	while (!(ended = waitpid(pid, status, WNOHANG))) {
		if (clock_ns() >= until_ns)
			return -ETIMEDOUT;
		poll(NULL, 0, 2);
	}
	return ended < 0 ? -errno : 0;
}

int child_wait_for(pid_t pid, int *status, int patience_ms)
{
	int error = await(pid, status, patience_ms);

	if (error == -ETIMEDOUT)
		child_kill(pid, NULL);
	return error;
}

int child_end(pid_t pid, int *status, int patience_ms)
{
	int error = await(pid, status, patience_ms);

	if (error == -ETIMEDOUT && !kill(pid, SIGTERM))
		error = await(pid, status, TERM_MS);
	return error == -ETIMEDOUT ? child_kill(pid, status) : error;
}

/* Whether it has begun to end, so that no call of the kernel holds it, or would run if a CPU were free. */
static bool is_leaving(pid_t pid)
{
	char path[32], text[512], state = 0;
	unsigned int flags = 0;
	const char *name_end;
	ssize_t got = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = TEMP_FAILURE_RETRY(read(fd, text, sizeof(text) - 1));
		close(fd);
	}
	text[got > 0 ? got : 0] = '\0';
	name_end = strrchr(text, ')'); /* a name may hold anything */
	return name_end && sscanf(name_end, ") %c %*d %*d %*d %*d %*d %u", &state, &flags) == 2 &&
	       (state == 'R' || flags & PF_EXITING);
}

int child_kill(pid_t pid, int *status)
{
	int error, waited_ms = 0;

	kill(pid, SIGKILL);
	do {
		error = await(pid, status, KILLED_MS);
		waited_ms += KILLED_MS;
	} while (error == -ETIMEDOUT && waited_ms < LEAVING_MS && is_leaving(pid));
	return error;
}

int child_only(int fd)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};

	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	if (dup2(fd, 0) < 0)
		return -errno;
	if (syscall(SYS_close_range, 1U, ~0U, 0))
		for (int other = 1; other < sysconf(_SC_OPEN_MAX) && other < 1 << 16; other++)
			close(other);
	return 0;
}
