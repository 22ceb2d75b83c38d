// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pump [--zcpath|--verified] ADDRESS PORT BYTES WRITE: one sender for all receivers. Sends "abc…zabc…" by
 * sendfile(2) of WRITE bytes, which are a multiple of 26, ends the stream, waits until the receiver
 * has closed, and prints how many nanoseconds that took from the first byte on.
 *
 * --zcpath: the receiver is a zcpath, whose control port PORT is, and which says when it has all. --verified: it
 * looks at what it gets, and is sent what it looks for.
 */
/* needs: datapath/control.c datapath/verify.c */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "datapath/control.h"
#include "datapath/verify.h"

#define LETTERS 26

static int die(const char *what)
{
	fprintf(stderr, "pump: %s: %s\n", what, strerror(errno));
	return 1;
}

static int connect_to(const char *address, unsigned int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};

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

static int letters_file(size_t size, bool verified)
{
	int fd = memfd_create("letters", MFD_CLOEXEC);
	char *at;

	if (fd < 0 || ftruncate(fd, size))
		return -1;
	at = mmap(NULL, size, PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return -1;
	for (size_t i = 0; i < size && !verified; i++)
		at[i] = (char)('a' + i % LETTERS);
	if (verified)
		pattern_fill(at, size);
	munmap(at, size);
	return fd;
}

static int say(FILE *control, const struct control_message *m)
{
	char line[CONTROL_LINE_MAX];

	return write(fileno(control), line, control_print(m, line)) > 0 ? 0 : -1;
}

/* Until it has said that; what it says instead is an error. */
static int hear(FILE *control, enum control_verb verb, struct control_message *m)
{
	char line[CONTROL_LINE_MAX], why[200];

	do {
		if (!fgets(line, sizeof(line), control))
			return -1;
		if (control_parse(line, strcspn(line, "\n"), m, why, sizeof(why))) {
			fprintf(stderr, "pump: zcpath said something else: %s\n", why);
			return -1;
		}
	} while (m->verb == CONTROL_wait);
	if (m->verb == verb)
		return 0;
	fprintf(stderr, "pump: zcpath said '%s': %s\n", control_verb_name[m->verb], m->reason);
	return -1;
}

static int ask(FILE *control, enum control_verb verb, enum control_verb answer)
{
	struct control_message m = {.verb = verb};

	return say(control, &m) || hear(control, answer, &m);
}

/* The flow of a run of one flow, whose window is open; -1: failed. */
static int begin_run(FILE *control, const char *address, unsigned int port,
		     struct control_message *hello)
{
	struct control_message m;
	char preamble[PREAMBLE_SIZE];
	int fd;

	if (say(control, hello) || hear(control, CONTROL_welcome, &m))
		return -1;
	fd = connect_to(address, port);
	if (fd < 0)
		return -1;
	preamble_print(m.key, 0, preamble);
	if (write(fd, preamble, sizeof(preamble)) != sizeof(preamble) ||
	    hear(control, CONTROL_ready, &m) || ask(control, CONTROL_open, CONTROL_opened) ||
	    ask(control, CONTROL_start, CONTROL_started)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int send_all(int fd, int file, size_t total, size_t write_size)
{
	for (size_t sent = 0; sent < total;) {
		off_t at = sent % write_size;
		size_t left = total - sent, there = write_size - at;
		ssize_t n = sendfile(fd, file, &at, left < there ? left : there);

		if (n <= 0)
			return -1;
		sent += n;
	}
	return shutdown(fd, SHUT_WR);
}

/* A receiver that ends with all read closes; one that dies resets. A zcpath says what it has. */
static int until_all_is_read(int fd, FILE *control, size_t total)
{
	struct control_message m;
	char rest;

	if (!control)
		return read(fd, &rest, 1) < 0 ? -1 : 0;
	if (hear(control, CONTROL_total, &m) || m.bytes != total || m.bad)
		return -1;
	return 0;
}

int main(int argc, char **argv)
{
	bool verified = argc > 1 && !strcmp(argv[1], "--verified");
	bool zcpath = verified || (argc > 1 && !strcmp(argv[1], "--zcpath"));
	char **arg = argv + (zcpath ? 2 : 1);
	bool all = argc - (arg - argv) == 4;
	unsigned int port = all ? atoi(arg[1]) : 0;
	size_t total = all ? strtoull(arg[2], NULL, 10) : 0;
	size_t write_size = all ? strtoull(arg[3], NULL, 10) : 0;
	struct control_message m = {
		.verb = CONTROL_hello,
		.version = CONTROL_VERSION,
		.path = "sendfile",
		.flows = 1,
		.msg = write_size,
		.limit = total,
		.verify = verified,
	};
	struct control_message ours = {.verb = CONTROL_total, .bytes = total};
	FILE *control = NULL;
	uint64_t begin, end;
	int file, fd;

	if (!write_size || write_size % LETTERS) {
		fprintf(stderr, "usage: pump [--zcpath|--verified] ADDRESS PORT BYTES WRITE\n");
		return 2;
	}
	file = letters_file(write_size, verified);
	fd = file < 0 ? -1 : connect_to(arg[0], port);
	if (fd >= 0 && zcpath) {
		control = fdopen(fd, "r+");
		fd = control ? begin_run(control, arg[0], port + 1, &m) : -1;
	}
	if (fd < 0)
		return die("cannot connect");
	begin = clock_ns();
	if (send_all(fd, file, total, write_size))
		return die("cannot send");
	if (until_all_is_read(fd, control, total))
		return die("the receiver has not read all");
	end = clock_ns();
	if (control && say(control, &ours))
		return die("cannot say so");
	printf("%llu\n", (unsigned long long)(end - begin));
	return 0;
}
