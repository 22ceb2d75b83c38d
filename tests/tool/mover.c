// SPDX-License-Identifier: GPL-2.0-or-later
/* libs: liburing */
/*
 * A process that moves a known number of bytes over loopback TCP, in a way that is easily missed by who looks
 * at it from outside; for tests of zcprof attach.
 *
 *   mover leader N    its first thread has ended; another sends N bytes to a child
 *   mover files N     the same by a thread with a table of files of its own, the first lives
 *   mover direct N    receives N bytes of a child by a socket that only a ring's table of files has
 *   mover client C N  a child listens; C connections, one after the other, each sends N bytes and ends
 *   mover server C N  the same from the other side: C are accepted of a child, and each is read to its end
 *   mover again C N   a client as above, all of whose connections are one socket's
 *   mover threads C N C threads, one after the other, each burns N ms of CPU time
 *
 * "ready" is printed before the work begins, which a line on standard input starts; when it is done it
 * prints what it counted, bytes or ns of CPU time since the line, and waits for one more line.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"

static struct sockaddr_in address = {.sin_family = AF_INET};
static char buffer[65536];
static long bytes, times;

static void check(int result, const char *what)
{
	if (result >= 0)
		return;
	perror(what);
	exit(EXIT_FAILED);
}

static void wait_for_line(void)
{
	char line[64];

	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		exit(EXIT_FAILED);
}

static int listener(void)
{
	socklen_t size = sizeof(address);
	int s = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(bind(s, (void *)&address, size), "bind");
	check(listen(s, 1000), "listen");
	check(getsockname(s, (void *)&address, &size), "getsockname");
	return s;
}

static int connected(void)
{
	int s = socket(AF_INET, SOCK_STREAM, 0);

	check(connect(s, (void *)&address, sizeof(address)), "connect");
	return s;
}

static void send_all(int s, long left)
{
	while (left > 0) {
		ssize_t n =
			write(s, buffer, left < (long)sizeof(buffer) ? left : (long)sizeof(buffer));

		check((int)n, "write");
		left -= n;
	}
}

static long read_all(int s)
{
	long sum = 0;
	ssize_t n;

	while ((n = read(s, buffer, sizeof(buffer))) > 0)
		sum += n;
	return sum;
}

/* A child does it, and ends when this process does: its connection, or its pipe, does then. */
static void child(void (*work)(const int *fds), const int *fds)
{
	pid_t pid = fork();

	check(pid, "fork");
	if (pid)
		return;
	work(fds);
	_exit(0);
}

static void drain(const int *l)
{
	int s = accept(*l, NULL, NULL);

	read_all(s);
	close(s);
}

static void drain_each(const int *l)
{
	for (long i = 0; i < times; i++)
		drain(l);
}

/* The other end of the pipe is closed here: what is read then is its end where nobody goes on. */
static void await(const int go[2])
{
	char line;

	close(go[1]);
	if (read(go[0], &line, 1) != 1)
		exit(EXIT_FAILED);
}

static void send_each(void)
{
	for (long i = 0; i < times; i++) {
		int s = connected();

		send_all(s, bytes);
		close(s);
	}
}

static void send_on_line(void)
{
	int s = connected();

	puts("ready");
	wait_for_line();
	send_all(s, bytes);
	printf("%ld\n", bytes);
	wait_for_line();
	exit(EXIT_DONE);
}

static void *send_thread(void *own_files)
{
	if (own_files)
		check(unshare(CLONE_FILES), "unshare");
	send_on_line();
	return NULL;
}

static void by_thread(bool own_files)
{
	int l = listener();
	pthread_t thread;

	child(drain, &l);
	if (pthread_create(&thread, NULL, send_thread, own_files ? buffer : NULL))
		exit(EXIT_FAILED);
	if (!own_files)
		pthread_exit(NULL);
	pthread_join(thread, NULL);
}

static void send_each_later(const int go[2])
{
	await(go);
	send_each();
}

static void send_one(const int go[2])
{
	int s = connected();

	await(go);
	send_all(s, bytes);
	close(s);
}

static int complete(struct io_uring *ring)
{
	struct io_uring_cqe *cqe;
	int result;

	check(io_uring_submit_and_wait(ring, 1), "io_uring_submit");
	check(io_uring_wait_cqe(ring, &cqe), "io_uring_wait_cqe");
	result = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return result;
}

static void direct(void)
{
	struct io_uring_sqe *sqe;
	struct io_uring ring;
	int l = listener(), go[2], n;
	long sum = 0;

	check(pipe2(go, O_CLOEXEC), "pipe");
	child(send_one, go);
	check(io_uring_queue_init(8, &ring, 0), "io_uring_queue_init");
	check(io_uring_register_files_sparse(&ring, 4), "io_uring_register_files");
	io_uring_prep_accept_direct(io_uring_get_sqe(&ring), l, NULL, NULL, 0, 0);
	check(complete(&ring), "accept");
	puts("ready");
	wait_for_line();
	check((int)write(go[1], "\n", 1), "write");
	do {
		sqe = io_uring_get_sqe(&ring);
		io_uring_prep_recv(sqe, 0, buffer, sizeof(buffer), 0);
		sqe->flags |= IOSQE_FIXED_FILE;
		n = complete(&ring);
		sum += n > 0 ? n : 0;
	} while (n > 0 && sum < bytes);
	printf("%ld\n", sum);
	wait_for_line();
}

static void client(void)
{
	int l = listener();

	child(drain_each, &l);
	close(l);
	puts("ready");
	wait_for_line();
	send_each();
	printf("%ld\n", times * bytes);
	wait_for_line();
}

static void drain_each_and_last(const int *l)
{
	drain_each(l);
	drain(l);
}

/* The first connection is there before; each stays a while, so that some of them are seen. */
static void again(void)
{
	static const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
	int l = listener(), s;

	child(drain_each_and_last, &l);
	s = connected();
	puts("ready");
	wait_for_line();
	for (long i = 0; i < times; i++) {
		int unacknowledged;

		send_all(s, bytes);
		do
			check(ioctl(s, SIOCOUTQ, &unacknowledged), "SIOCOUTQ");
		while (unacknowledged);
		usleep(i % 4 ? 0 : 50000);
		check(connect(s, &nowhere, sizeof(nowhere)), "connect to AF_UNSPEC");
		check(connect(s, (void *)&address, sizeof(address)), "connect");
	}
	printf("%ld\n", times * bytes);
	wait_for_line();
}

static void server(void)
{
	int l = listener(), go[2];
	long sum = 0;

	check(pipe2(go, O_CLOEXEC), "pipe");
	child(send_each_later, go);
	puts("ready");
	wait_for_line();
	check((int)write(go[1], "\n", 1), "write");
	for (long i = 0; i < times; i++) {
		int s = accept(l, NULL, NULL);

		sum += read_all(s);
		close(s);
	}
	printf("%ld\n", sum);
	wait_for_line();
}

static void *burn(void *unused)
{
	while (clock_of_ns(CLOCK_THREAD_CPUTIME_ID) < (uint64_t)bytes * 1000000)
		;
	return unused;
}

static void threads(void)
{
	uint64_t before;

	puts("ready");
	wait_for_line();
	before = clock_of_ns(CLOCK_PROCESS_CPUTIME_ID);
	for (long i = 0; i < times; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, burn, NULL))
			exit(EXIT_FAILED);
		pthread_join(thread, NULL);
	}
	printf("%llu\n", (unsigned long long)(clock_of_ns(CLOCK_PROCESS_CPUTIME_ID) - before));
	wait_for_line();
}

int main(int argc, char **argv)
{
	const char *kind = argc > 2 ? argv[1] : "";

	say_program("mover");
	signal(SIGPIPE, SIG_IGN);
	bytes = argc > 2 ? atol(argv[argc - 1]) : 0;
	times = argc > 3 ? atol(argv[2]) : 1;
	if (!strcmp(kind, "leader") || !strcmp(kind, "files"))
		by_thread(*kind == 'f');
	else if (!strcmp(kind, "direct"))
		direct();
	else if (!strcmp(kind, "client"))
		client();
	else if (!strcmp(kind, "again"))
		again();
	else if (!strcmp(kind, "server"))
		server();
	else if (!strcmp(kind, "threads"))
		threads();
	else
		return EXIT_USAGE;
	return EXIT_DONE;
}
