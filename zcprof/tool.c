// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/stop.h"
#include "base/clock.h"
#include "nic/netns.h"

static long now_ms(void)
{
	return (long)(clock_ns() / 1000000);
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

/* Until both are at their end; false where that took too long, or a signal asks to stop. stop: -1: none does. */
static bool listen_to(int out, int err, int stop, long deadline, struct tool_result *result)
{
	struct pollfd fds[3] = {{.fd = out, .events = POLLIN},
				{.fd = err, .events = POLLIN},
				{.fd = stop, .events = POLLIN}};

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		long left = deadline - now_ms();

		if (left <= 0 || (stop >= 0 && stop_asked()) ||
		    (poll(fds, 3, left) < 0 && errno != EINTR))
			return false;
		if (fds[0].revents && !keep(out, result->out, sizeof(result->out)))
			fds[0].fd = -1;
		if (fds[1].revents && !keep(err, result->err, sizeof(result->err)))
			fds[1].fd = -1;
	}
	return true;
}

/* One may have closed its outputs and go on. False where that took too long, or a signal asks to stop. */
static bool await_end(pid_t pid, int stop, long deadline, int *status)
{
	struct pollfd fd = {.fd = stop, .events = POLLIN};

	while (!waitpid(pid, status, WNOHANG)) {
		if (now_ms() >= deadline || (stop >= 0 && stop_asked()))
			return false;
		poll(&fd, 1, 2);
	}
	return true;
}

/* Where /sys cannot be mounted anew, who looks there finds that out. */
static int enter(void *netns)
{
	int error = netns_join(*(int *)netns);

	return error == -EXDEV ? 0 : error;
}

static void run(char *const argv[], int in, int netns, int stop, int patience_ms,
		struct tool_result *result)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	const struct child child = {.argv = argv,
				    .fds = {in >= 0 ? in : null, CHILD_PIPE, CHILD_PIPE},
				    .prepare = netns >= 0 ? enter : NULL,
				    .data = &netns};
	const long deadline = now_ms() + patience_ms;
	int here[3] = {-1, -1, -1};
	int status = 0;
	pid_t pid = 0;
	int error = null < 0 ? -errno : 0;
	bool in_time;

	memset(result, 0, sizeof(*result));
	result->exit_code = -1;
	if (!error)
		error = child_start_piped(&child, &pid, here);
	close(null);
	if (error) {
		snprintf(result->reason, sizeof(result->reason), "cannot run %.200s: %s", argv[0],
			 strerror(-error));
	} else {
		in_time = listen_to(here[1], here[2], stop, deadline, result) &&
			  await_end(pid, stop, deadline, &status);
		if (!in_time)
			child_kill(pid, NULL);
		if (!in_time && stop >= 0 && stop_asked())
			snprintf(result->reason, sizeof(result->reason), "interrupted");
		else if (!in_time)
			snprintf(result->reason, sizeof(result->reason),
				 "%.200s did not answer within %d s", argv[0], patience_ms / 1000);
		else if (WIFSIGNALED(status))
			snprintf(result->reason, sizeof(result->reason),
				 "%.200s was ended by signal %d", argv[0], WTERMSIG(status));
		else
			result->exit_code = WEXITSTATUS(status);
	}
	close(here[1]);
	close(here[2]);
	result->out[strcspn(result->out, "\n")] = '\0';
	result->err[strcspn(result->err, "\n")] = '\0';
}

void tool_run(char *const argv[], int patience_ms, struct tool_result *result)
{
	run(argv, -1, -1, stop_fd(), patience_ms, result);
}

void tool_run_in(int netns, char *const argv[], int patience_ms, struct tool_result *result)
{
	run(argv, -1, netns, stop_fd(), patience_ms, result);
}

void tool_run_from(char *const argv[], int in, int patience_ms, struct tool_result *result)
{
	run(argv, in, -1, stop_fd(), patience_ms, result);
}

void tool_run_anyway(char *const argv[], int patience_ms, struct tool_result *result)
{
	run(argv, -1, -1, -1, patience_ms, result);
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
