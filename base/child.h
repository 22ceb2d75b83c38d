/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that is started as a child, and does not outlive this process: it is killed when the
 * thread that started it ends.
 *
 *   child_start()        returns when the program runs, or with why it does not
 *   child_start_piped()  the same, with pipes to and from it
 *   child_wait()         its end, however often a signal interrupts the wait
 *   child_wait_for()     its end, and no longer than so many ms; then it is killed
 *   child_end()          its end: by itself, else because it was asked to (SIGTERM), else because it was killed
 *   child_kill()         ends it, and waits for that a second at most, or half a minute where it is on its way out
 *                        and has much to give back: what hangs in a call of the kernel, as in a file system that
 *                        answers nobody, does not end
 *   child_only()         in a child that was forked to run no program: no descriptor but this, which becomes 0
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* In place of a descriptor: as it is here, and a pipe, the other end of which is here. */
enum { CHILD_AS_HERE = -1, CHILD_PIPE = -2 };

struct child {
	char *const *argv; /* NULL-terminated; its program is looked for in PATH */
	int fds[3];	   /* what its standard descriptors become */
	bool own_group;	   /* a process group of its own: what a terminal sends does not reach it */
	/* In the child, just before the program: 0 or a negative errno. May be NULL. */
	int (*prepare)(void *data);
	void *data;
};

/*
 * 0 with the child's number, or a negative errno: why there is no child, prepare's, or why the program
 * could not be run, -ETIMEDOUT where it did not begin within a minute, and then none is left. SIGPIPE is as by default in it.
 */
int child_start(const struct child *what, pid_t *pid);
/*
 * As child_start(). here: this side of each pipe, which does not block and is to be closed; -1 where there is none, and
 * all of them where it failed.
 */
int child_start_piped(const struct child *what, pid_t *pid, int here[3]);
/* status as waitpid(2) has it. 0 or a negative errno. */
int child_wait(pid_t pid, int *status);
/* As child_wait(); -ETIMEDOUT where it had to be killed. */
int child_wait_for(pid_t pid, int *status, int patience_ms);
/* status as waitpid(2) has it. 0, or a negative errno: -ETIMEDOUT where it was killed and hangs. */
int child_end(pid_t pid, int *status, int patience_ms);
int child_kill(pid_t pid, int *status);
/* The signals that ask zcprof to stop are zcprof's to hear. 0 or a negative errno. */
int child_only(int fd);

#endif
