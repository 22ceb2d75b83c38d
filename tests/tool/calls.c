// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process that makes known system calls, for tests and benchmarks of those that count them.
 *
 *   calls loop N          N times getppid(); prints the nanoseconds of one
 *   calls known T N       T threads, each: N getppid(), N close() of no file, and 10 sleeps of 5 ms
 *   calls odd N            N times getpid() by the gate of 32-bit programs (x86), and N calls of a
 *                          number that no kernel has
 *   calls across          one thread sleeps for ever, and one until SIGUSR1 comes
 *   calls packets N       sends itself N datagrams over the loopback device, one after the other
 *   calls burn NAME S     S seconds in a function of that name: "spin_in_user" or "read_zeros"
 *
 * "ready" is printed before the work begins, which a line on standard input starts; when it is done
 * it says so and waits for one more line. known makes its calls between the two.
 */
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/say.h"

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void wait_for_line(const char *say)
{
	char line[64];

	printf("%s\n", say);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		exit(EXIT_FAILED);
}

static void *make_known_calls(void *argument)
{
	const struct timespec pause = {.tv_nsec = 5000000};
	long n = *(long *)argument;

	for (long i = 0; i < n; i++) {
		syscall(SYS_getppid);
		close(-1);
	}
	for (int i = 0; i < 10; i++)
		nanosleep(&pause, NULL);
	return NULL;
}

static void known(long threads, long n)
{
	pthread_t id[threads];

	for (long i = 0; i < threads; i++)
		if (pthread_create(&id[i], NULL, make_known_calls, &n))
			exit(EXIT_FAILED);
	for (long i = 0; i < threads; i++)
		pthread_join(id[i], NULL);
}

static void odd(long n)
{
	for (long i = 0; i < n; i++) {
#if defined(__x86_64__)
		long result = 20; /* getpid() there; here it is writev() */

		__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
#endif
		syscall(9999);
	}
}

static void wake(int number)
{
	(void)number;
}

/* wakes: by SIGUSR1, or NULL: by nothing. */
static void *sleep_long(void *wakes)
{
	const struct timespec forever = {.tv_sec = 1000};

	if (wakes)
		pthread_sigmask(SIG_UNBLOCK, wakes, NULL);
	nanosleep(&forever, NULL);
	return NULL;
}

static void across(void)
{
	sigset_t wakes;
	pthread_t id;

	signal(SIGUSR1, wake);
	sigemptyset(&wakes);
	sigaddset(&wakes, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &wakes, NULL);
	pthread_create(&id, NULL, sleep_long, NULL);
	pthread_create(&id, NULL, sleep_long, &wakes);
	usleep(100000);
	wait_for_line("ready");
}

static void packets(long n)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);
	char byte = 0;

	if (bind(fd, (struct sockaddr *)&at, len) || getsockname(fd, (struct sockaddr *)&at, &len))
		exit(EXIT_FAILED);
	for (long i = 0; i < n; i++)
		if (sendto(fd, &byte, 1, 0, (struct sockaddr *)&at, len) != 1 ||
		    recv(fd, &byte, 1, 0) != 1)
			exit(EXIT_FAILED);
	close(fd);
}

static void loop(long n)
{
	double start = now_s();
	char text[64];

	for (long i = 0; i < n; i++)
		syscall(SYS_getppid);
	snprintf(text, sizeof(text), "%.2f", (now_s() - start) * 1e9 / (double)n);
	wait_for_line(text);
}

static __attribute__((noinline)) void spin_in_user(double until)
{
	volatile long spins = 0;

	while (spins % 1000000 || now_s() < until)
		spins++;
}

static __attribute__((noinline)) void read_zeros(double until)
{
	static char zeros[1 << 20];
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	while (now_s() < until)
		if (read(fd, zeros, sizeof(zeros)) != sizeof(zeros))
			exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
	const char *work = argc > 1 ? argv[1] : "";
	long a = argc > 2 ? atol(argv[2]) : 0, b = argc > 3 ? atol(argv[3]) : 0;

	say_program("calls");
	if (!strcmp(work, "across")) {
		across();
		return EXIT_DONE;
	}
	wait_for_line("ready");
	if (!strcmp(work, "loop"))
		loop(a);
	else if (!strcmp(work, "known"))
		known(a, b);
	else if (!strcmp(work, "odd"))
		odd(a);
	else if (!strcmp(work, "packets"))
		packets(a);
	else if (!strcmp(work, "burn") && !strcmp(argv[2], "spin_in_user"))
		spin_in_user(now_s() + (double)b);
	else if (!strcmp(work, "burn") && !strcmp(argv[2], "read_zeros"))
		read_zeros(now_s() + (double)b);
	else
		return EXIT_USAGE;
	if (strcmp(work, "loop"))
		wait_for_line("done");
	return EXIT_DONE;
}
