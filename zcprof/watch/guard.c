// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/guard.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/child.h"

/* No padding bytes that happen to differ. */
static int same_modes(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
	       a->c_lflag == b->c_lflag && !memcmp(a->c_cc, b->c_cc, sizeof(a->c_cc));
}

/* Returns when the parent has died; of SIGUSR1 nobody hears but us. */
static void wait_for_death(pid_t parent)
{
	sigset_t death;

	sigemptyset(&death);
	sigaddset(&death, SIGUSR1);
	sigprocmask(SIG_BLOCK, &death, NULL);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	while (getppid() == parent)
		sigwaitinfo(&death, NULL);
}

__attribute__((noreturn)) static void guard(pid_t parent, int terminal, const struct termios *before,
					    const struct termios *ours, const char *bytes)
{
	struct termios now;

	/* Not what is sent to the group of the parent. */
	setpgid(0, 0);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	if (child_only(terminal))
		_exit(1);
	wait_for_death(parent);
	if (write(STDIN_FILENO, bytes, strlen(bytes)) < 0)
		_exit(1);
	if (!tcgetattr(STDIN_FILENO, &now) && same_modes(&now, ours))
		tcsetattr(STDIN_FILENO, TCSADRAIN, before);
	_exit(0);
}

int guard_start(pid_t *pid, int terminal, const struct termios *before, const char *bytes)
{
	pid_t parent = getpid();
	struct termios ours;

	*pid = 0;
	if (tcgetattr(terminal, &ours))
		return -errno;
	*pid = fork();
	if (!*pid)
		guard(parent, terminal, before, &ours, bytes);
	if (*pid > 0)
		return 0;
	*pid = 0;
	return -errno;
}

void guard_end(pid_t pid)
{
	if (pid > 0)
		child_kill(pid, NULL);
}
