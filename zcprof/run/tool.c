// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int start(char *const argv[], const int out[2], const int err[2], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	error = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* Keeps what fits, and reads on, so that the other side never waits. False at the end. */
static bool keep(int fd, char *text, size_t size)
{
	char block[512];
	size_t used = strlen(text);
	ssize_t n = read(fd, block, sizeof(block));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	if (used + n > size - 1)
		n = size - 1 - used;
	memcpy(text + used, block, n);
	text[used + n] = '\0';
	return true;
}

/* Until both are at their end; false where that took too long. */
static bool listen_to(int out, int err, long deadline, struct tool_result *result)
{
	struct pollfd fds[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		long left = deadline - now_ms();

		if (left <= 0 || (poll(fds, 2, left) < 0 && errno != EINTR))
			return false;
		if (fds[0].revents && !keep(out, result->out, sizeof(result->out)))
			fds[0].fd = -1;
		if (fds[1].revents && !keep(err, result->err, sizeof(result->err)))
			fds[1].fd = -1;
	}
	return true;
}

void tool_run(char *const argv[], int patience_ms, struct tool_result *result)
{
	int out[2] = {-1, -1};
	int err[2] = {-1, -1};
	int status = 0;
	pid_t pid = 0;
	int error = 0;
	bool in_time;

	memset(result, 0, sizeof(*result));
	result->exit_code = -1;
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		error = errno;
	if (!error)
		error = start(argv, out, err, &pid);
	close(out[1]);
	close(err[1]);
	if (error) {
		snprintf(result->reason, sizeof(result->reason), "cannot run %.200s: %s", argv[0],
			 strerror(error));
	} else {
		in_time = listen_to(out[0], err[0], now_ms() + patience_ms, result);
		if (!in_time)
			kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (!in_time)
			snprintf(result->reason, sizeof(result->reason),
				 "%.200s did not answer within %d s", argv[0], patience_ms / 1000);
		else if (WIFSIGNALED(status))
			snprintf(result->reason, sizeof(result->reason),
				 "%.200s was ended by signal %d", argv[0], WTERMSIG(status));
		else
			result->exit_code = WEXITSTATUS(status);
	}
	close(out[0]);
	close(err[0]);
	result->out[strcspn(result->out, "\n")] = '\0';
	result->err[strcspn(result->err, "\n")] = '\0';
}

const char *tool_reason(struct tool_result *result)
{
	const char *text = result->err;

	if (result->reason[0])
		return result->reason;
	/* "zcpath rx: why" is said again by this program, under its own name. */
	if (!strncmp(text, "zcpath", 6) && strstr(text, ": "))
		text = strstr(text, ": ") + 2;
	if (*text)
		snprintf(result->reason, sizeof(result->reason), "%s", text);
	else
		snprintf(result->reason, sizeof(result->reason), "it ended with exit code %d",
			 result->exit_code);
	return result->reason;
}
