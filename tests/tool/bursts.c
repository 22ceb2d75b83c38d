// SPDX-License-Identifier: GPL-2.0-or-later
/* libs: liburing */
/*
 * A load of a known amount, steady or in bursts: for tests and benchmarks of what counts in slices.
 *
 *   bursts KIND RATE ON_MS OFF_MS SECONDS
 *
 *   KIND     pages (that it touches, and gives back), packets (datagrams to itself over the loopback
 *            device), nops (of io_uring)
 *   RATE     of them a second while it is on: it is on for ON_MS, off for OFF_MS, and so on
 *
 * Every 10 ms it prints the time in seconds of CLOCK_MONOTONIC and how many it has done by then.
 */
#include <arpa/inet.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"

#define PAGES 64

static void pages(unsigned long n)
{
	while (n) {
		unsigned long some = n < PAGES ? n : PAGES;
		char *at = mmap(NULL, some * 4096, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (at == MAP_FAILED)
			exit(EXIT_FAILED);
		madvise(at, some * 4096, MADV_NOHUGEPAGE);
		for (unsigned long i = 0; i < some; i++)
			at[i * 4096] = 1;
		munmap(at, some * 4096);
		n -= some;
	}
}

static void packets(unsigned long n)
{
	static int fd = -1;
	char byte = 0;

	if (fd < 0) {
		struct sockaddr_in self = {.sin_family = AF_INET};
		socklen_t len = sizeof(self);

		self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (bind(fd, (struct sockaddr *)&self, sizeof(self)) ||
		    getsockname(fd, (struct sockaddr *)&self, &len) ||
		    connect(fd, (struct sockaddr *)&self, sizeof(self)))
			exit(EXIT_FAILED);
	}
	for (; n; n--)
		if (send(fd, &byte, 1, 0) != 1 || recv(fd, &byte, 1, 0) != 1)
			exit(EXIT_FAILED);
}

static void nops(unsigned long n)
{
	static struct io_uring ring;
	static int opened;

	if (!opened++ && io_uring_queue_init(64, &ring, 0))
		exit(EXIT_FAILED);
	while (n) {
		unsigned int some = n < 32 ? (unsigned int)n : 32;

		for (unsigned int i = 0; i < some; i++)
			io_uring_prep_nop(io_uring_get_sqe(&ring));
		if (io_uring_submit_and_wait(&ring, some) < 0)
			exit(EXIT_FAILED);
		io_uring_cq_advance(&ring, some);
		n -= some;
	}
}

static const struct {
	const char *name;
	void (*work)(unsigned long n);
} kinds[] = {{"pages", pages}, {"packets", packets}, {"nops", nops}};

int main(int argc, char **argv)
{
	void (*work)(unsigned long n) = NULL;
	double rate, on_s, off_s, seconds, begun = clock_s(), told = 0, at;
	unsigned long done = 0;

	say_program("bursts");
	for (size_t i = 0; argc == 6 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(argv[1], kinds[i].name))
			work = kinds[i].work;
	if (!work)
		return EXIT_USAGE;
	rate = atof(argv[2]);
	on_s = atof(argv[3]) / 1e3;
	off_s = atof(argv[4]) / 1e3;
	seconds = atof(argv[5]);
	while ((at = clock_s() - begun) < seconds) {
		/* So many should have been done, all bursts so far together. */
		double whole = (double)(unsigned long)(at / (on_s + off_s));
		double part = at - whole * (on_s + off_s);
		double due = rate * (whole * on_s + (part < on_s ? part : on_s));

		if (due > (double)done + 1) {
			unsigned long some = (unsigned long)due - done;

			some = some < 256 ? some : 256;
			work(some);
			done += some;
		} else {
			usleep(200);
		}
		if (at >= told + 0.01) {
			printf("%.6f %lu\n", clock_s(), done);
			told = at;
		}
	}
	printf("%.6f %lu\n", clock_s(), done);
	return EXIT_DONE;
}
