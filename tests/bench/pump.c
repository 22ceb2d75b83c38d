// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pump ADDRESS PORT BYTES WRITE: a sender for receivers that have none. Sends "abc…zabc…" by
 * sendfile(2) of WRITE bytes, which are a multiple of 26, ends the stream, waits until the receiver
 * has closed, and prints how many nanoseconds that took from the first byte on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define LETTERS 26

static int die(const char *what)
{
	fprintf(stderr, "pump: %s: %s\n", what, strerror(errno));
	return 1;
}

static int connect_to(const char *address, const char *port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		return -1;
	/* The receiver may not listen yet. */
	for (int tries = 0; tries < 100; tries++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0 || !connect(fd, (struct sockaddr *)&to, sizeof(to)))
			return fd;
		close(fd);
		usleep(20000);
	}
	return -1;
}

static int letters_file(size_t size)
{
	int fd = memfd_create("letters", MFD_CLOEXEC);
	char *at;

	if (fd < 0 || ftruncate(fd, size))
		return -1;
	at = mmap(NULL, size, PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return -1;
	for (size_t i = 0; i < size; i++)
		at[i] = (char)('a' + i % LETTERS);
	munmap(at, size);
	return fd;
}

int main(int argc, char **argv)
{
	size_t total = argc == 5 ? strtoull(argv[3], NULL, 10) : 0;
	size_t write_size = argc == 5 ? strtoull(argv[4], NULL, 10) : 0;
	uint64_t begin;
	int file, fd;
	char rest;

	if (!write_size || write_size % LETTERS) {
		fprintf(stderr, "usage: pump ADDRESS PORT BYTES WRITE\n");
		return 2;
	}
	file = letters_file(write_size);
	fd = file < 0 ? -1 : connect_to(argv[1], argv[2]);
	if (fd < 0)
		return die("cannot connect");
	begin = clock_ns();
	for (size_t sent = 0; sent < total;) {
		off_t at = sent % write_size;
		size_t left = total - sent, there = write_size - at;
		ssize_t n = sendfile(fd, file, &at, left < there ? left : there);

		if (n <= 0)
			return die("cannot send");
		sent += n;
	}
	shutdown(fd, SHUT_WR);
	/* A receiver that ends with all read closes; one that dies resets. */
	if (read(fd, &rest, 1) < 0)
		return die("the receiver has not read all");
	printf("%llu\n", (unsigned long long)(clock_ns() - begin));
	return 0;
}
