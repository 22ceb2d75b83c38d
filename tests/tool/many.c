// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two processes with many connections and threads, and known work, for tests of scale.
 *
 *   many FLOWS THREADS CALLS BYTES   opens FLOWS connections over loopback to a process that it
 *                                    forks, and THREADS threads; each thread makes CALLS getppid(),
 *                                    and together they send BYTES through each connection with one
 *                                    send(), which the other process takes with one recv()
 *
 * "ready" and the other's process id are printed when all is open, and the work begins at a line on
 * standard input; "done" when all is taken, and at the next line both end.
 */
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/say.h"

static long flows, threads, calls, bytes;
static int *ends;
static int taken[2]; /* a pipe: the other has taken all */
static pthread_barrier_t begin, over;

static void check(int wrong, const char *what)
{
	if (!wrong)
		return;
	perror(what);
	exit(EXIT_FAILED);
}

static void receive_all(int listener)
{
	char *data = calloc(1, bytes + 1);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (long i = 0; i < flows; i++) {
		ends[i] = accept(listener, NULL, NULL);
		check(ends[i] < 0, "accepting");
	}
	for (long i = 0; i < flows; i++)
		check(recv(ends[i], data, bytes, MSG_WAITALL) != bytes, "receiving");
	check(write(taken[1], "", 1) != 1, "telling");
	pause();
}

/* Returns who receives. */
static pid_t open_flows(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct rlimit limit;
	socklen_t len = sizeof(at);
	int listener;
	pid_t other;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	check(setrlimit(RLIMIT_NOFILE, &limit), "raising the limit of descriptors");
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check(bind(listener, (struct sockaddr *)&at, len) || listen(listener, 4096) ||
		      getsockname(listener, (struct sockaddr *)&at, &len),
	      "listening");
	ends = calloc(flows, sizeof(*ends));
	check(!ends || pipe(taken), "memory");
	other = fork();
	if (!other)
		receive_all(listener);
	for (long i = 0; i < flows; i++) {
		ends[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		check(connect(ends[i], (struct sockaddr *)&at, len), "connecting");
	}
	return other;
}

static void *work(void *argument)
{
	long self = (long)argument;
	char *data = calloc(1, bytes + 1);

	pthread_barrier_wait(&begin);
	for (long i = 0; i < calls; i++)
		syscall(SYS_getppid);
	for (long i = self; i < flows; i += threads)
		check(send(ends[i], data, bytes, 0) != bytes, "sending");
	pthread_barrier_wait(&over);
	/* All are there until the end. */
	pthread_barrier_wait(&begin);
	return NULL;
}

static void wait_for_line(const char *say)
{
	char line[64];

	printf("%s\n", say);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
	pthread_attr_t attributes;
	char ready[64], byte;
	pthread_t id;

	say_program("many");
	if (argc != 5)
		return EXIT_USAGE;
	flows = atol(argv[1]);
	threads = atol(argv[2]);
	calls = atol(argv[3]);
	bytes = atol(argv[4]);
	snprintf(ready, sizeof(ready), "ready %d", (int)open_flows());
	pthread_barrier_init(&begin, NULL, threads + 1);
	pthread_barrier_init(&over, NULL, threads + 1);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 * 1024);
	for (long i = 0; i < threads; i++)
		check(pthread_create(&id, &attributes, work, (void *)i), "starting a thread");
	wait_for_line(ready);
	pthread_barrier_wait(&begin);
	pthread_barrier_wait(&over);
	check(read(taken[0], &byte, 1) != 1, "hearing");
	wait_for_line("done");
	return EXIT_DONE;
}
