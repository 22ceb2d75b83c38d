// SPDX-License-Identifier: GPL-2.0-or-later
/* link: -Wl,--wrap=kill -Wl,--wrap=poll */
/* A child whose end is waited for, but not for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"

/* Of one that hangs in a call of the kernel: no signal ends it. */
static bool hangs;

int __real_kill(pid_t pid, int signal);
int __wrap_kill(pid_t pid, int signal);

int __wrap_kill(pid_t pid, int signal)
{
	return hangs ? 0 : __real_kill(pid, signal);
}

/* What is waited for does not come within its time. */
static bool in_time = true;

int __real_poll(struct pollfd *fds, nfds_t count, int ms);
int __wrap_poll(struct pollfd *fds, nfds_t count, int ms);

int __wrap_poll(struct pollfd *fds, nfds_t count, int ms)
{
	return in_time || !count ? __real_poll(fds, count, ms) : 0;
}

static int never(void *data)
{
	(void)data;
	for (;;)
		pause();
	return 0;
}

/* As from a file system that answers nobody: the program does not begin. */
static void test_one_that_does_not_begin(void **state)
{
	char *sleeps[] = {"sleep", "1000", NULL};
	struct child child = {.argv = sleeps, .fds = {-1, -1, -1}, .prepare = never};
	pid_t pid = 1;

	(void)state;
	alarm(60);
	in_time = false;
	assert_int_equal(child_start(&child, &pid), -ETIMEDOUT);
	in_time = true;
	alarm(0);
	assert_int_equal(pid, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_one_that_hangs(void **state)
{
	char *sleeps[] = {"sleep", "1000", NULL};
	struct child child = {.argv = sleeps, .fds = {-1, -1, -1}};
	int status = 0;
	pid_t pid;

	(void)state;
	alarm(60);
	assert_int_equal(child_start(&child, &pid), 0);
	hangs = true;
	assert_int_equal(child_end(pid, &status, 0), -ETIMEDOUT);
	assert_int_equal(child_kill(pid, &status), -ETIMEDOUT);
	hangs = false;
	assert_int_equal(child_kill(pid, &status), 0);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	alarm(0);
}

static pid_t inmate; /* a process that the child cannot go without */

static void release(int signal)
{
	(void)signal;
	waitpid(inmate, NULL, WNOHANG);
}

/* The first process of a PID namespace, whose end waits until the last of the others is reaped: here, by this test. */
static int have_an_inmate(int report)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	if (write(report, &pid, sizeof(pid)) != sizeof(pid))
		return 1;
	for (;;)
		pause();
}

/* As one with much memory, or with many events of perf, on a machine that is busy. */
static void test_one_that_takes_long_to_go(void **state)
{
	struct sigaction on_alarm = {.sa_handler = release}, before;
	char path[64], line[256] = "";
	int report[2], status = 0;
	pid_t pid;
	FILE *f;

	(void)state;
	assert_int_equal(pipe(report), 0);
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid < 0)
		skip(); /* takes root */
	if (!pid)
		_exit(have_an_inmate(report[1]));
	assert_int_equal(read(report[0], &inmate, sizeof(inmate)), sizeof(inmate));
	/* Its number here, and not in there. */
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "r");
	if (!f || !fgets(line, sizeof(line), f) || !(inmate = atoi(line))) {
		__real_kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		skip();
	}
	fclose(f);
	assert_int_equal(ptrace(PTRACE_SEIZE, inmate, NULL, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &on_alarm, &before), 0);
	alarm(2);
	assert_int_equal(child_kill(pid, &status), 0);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	sigaction(SIGALRM, &before, NULL);
	close(report[0]);
	close(report[1]);
}

static void test_no_longer_than(void **state)
{
	char *sleeps[] = {"sleep", "1000", NULL}, *fails[] = {"false", NULL};
	struct child child = {.argv = sleeps, .fds = {-1, -1, -1}};
	int status = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(child_start(&child, &pid), 0);
	assert_int_equal(child_wait_for(pid, &status, 20), -ETIMEDOUT);
	assert_int_equal(waitpid(pid, &status, 0), -1);
	assert_int_equal(errno, ECHILD);
	child.argv = fails;
	assert_int_equal(child_start(&child, &pid), 0);
	assert_int_equal(child_wait_for(pid, &status, 60000), 0);
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_int_equal(child_wait_for(pid, &status, 0), -ECHILD);
}

/* Open descriptors of this process. */
static int open_files(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void test_pipes(void **state)
{
	char *says[] = {"sh", "-c", "read a; echo $a; echo $a >&2; exit 3", NULL};
	char *nobody[] = {"/nonexistent/program", NULL};
	struct child child = {.argv = says, .fds = {CHILD_PIPE, CHILD_PIPE, CHILD_PIPE}};
	int before = open_files(), here[3], status = 0;
	char text[16];
	pid_t pid;

	(void)state;
	assert_int_equal(child_start_piped(&child, &pid, here), 0);
	assert_int_equal(open_files(), before + 3);
	assert_int_equal(read(here[1], text, sizeof(text)), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(write(here[0], "word\n", 5), 5);
	assert_int_equal(child_end(pid, &status, 60000), 0);
	assert_int_equal(WEXITSTATUS(status), 3);
	for (int i = 1; i < 3; i++) {
		assert_int_equal(read(here[i], text, sizeof(text)), 5);
		assert_memory_equal(text, "word\n", 5);
	}
	for (int i = 0; i < 3; i++)
		close(here[i]);
	child.argv = nobody;
	assert_int_equal(child_start_piped(&child, &pid, here), -ENOENT);
	assert_int_equal(here[0] + here[1] + here[2], -3);
	assert_int_equal(open_files(), before);
}

/* Asked first, and killed where that does not help. */
static void test_end(void **state)
{
	char *sleeps[] = {"sleep", "1000", NULL};
	char *deaf[] = {"sh", "-c", "trap '' TERM; echo; while :; do sleep 0.1; done", NULL};
	struct child child = {.argv = sleeps, .fds = {-1, -1, -1}};
	int here[3], status = 0;
	char c;
	pid_t pid;

	(void)state;
	assert_int_equal(child_start(&child, &pid), 0);
	assert_int_equal(child_end(pid, &status, 0), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	child = (struct child){.argv = deaf, .fds = {-1, CHILD_PIPE, -1}};
	assert_int_equal(child_start_piped(&child, &pid, here), 0);
	fcntl(here[1], F_SETFL, 0);
	assert_int_equal(read(here[1], &c, 1), 1);
	assert_int_equal(child_end(pid, &status, 0), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(here[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pipes),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_one_that_hangs),
		cmocka_unit_test(test_one_that_takes_long_to_go),
		cmocka_unit_test(test_one_that_does_not_begin),
		cmocka_unit_test(test_no_longer_than),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
