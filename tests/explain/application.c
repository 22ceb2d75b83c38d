// SPDX-License-Identifier: GPL-2.0-or-later
/* What a new release of an application may do, in front of libc: the one of these that FAULT names, AMOUNT of it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum fault { SLEEPS, LOCKS, PEEKS, SPLITS, TOUCHES, LOGS, MAPS, SNDBUF, RCVBUF, PACES, MSS };

/* Connections that carry the payload; the control connection's messages are short. */
#define PAYLOAD 4096

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static volatile unsigned long sum;

static void touch(const unsigned char *data, size_t size)
{
	for (int turn = 0; turn < AMOUNT; turn++)
		for (size_t i = 0; i < size; i += 64)
			sum += data[i];
}

static void log_line(void)
{
	static const char line[] = "a request was answered\n";
	static int file;

	if (!file)
		file = open("/tmp/explain-application.log", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (write(file, line, strlen(line)) < 0 || fdatasync(file))
		abort();
}

static void map(void)
{
	char *at = mmap(NULL, (size_t)AMOUNT << 10, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(at, 1, (size_t)AMOUNT << 10);
	munmap(at, (size_t)AMOUNT << 10);
}

ssize_t recv(int fd, void *data, size_t size, int flags)
{
	static ssize_t (*real)(int, void *, size_t, int);
	ssize_t n;

	real = real ? real : REAL(recv);
	if (FAULT == PEEKS && size > PAYLOAD)
		real(fd, data, size, flags | MSG_PEEK);
	n = real(fd, data, size, flags);
	if (n <= 0 || size <= PAYLOAD)
		return n;
	if (FAULT == SLEEPS)
		usleep(AMOUNT);
	else if (FAULT == TOUCHES)
		touch(data, n);
	else if (FAULT == LOGS)
		log_line();
	else if (FAULT == MAPS)
		map();
	return n;
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static ssize_t (*real)(int, const void *, size_t, int);
	ssize_t n;

	real = real ? real : REAL(send);
	if (FAULT == SPLITS && size > AMOUNT)
		size = AMOUNT;
	if (FAULT == LOCKS)
		pthread_mutex_lock(&lock);
	n = real(fd, data, size, flags);
	if (FAULT == LOCKS) {
		for (volatile int i = 0; i < AMOUNT; i++)
			;
		pthread_mutex_unlock(&lock);
	}
	return n;
}

static void set(int fd)
{
	int amount = AMOUNT;

	if (FAULT == SNDBUF)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &amount, sizeof(amount));
	else if (FAULT == RCVBUF)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &amount, sizeof(amount));
	else if (FAULT == PACES)
		setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &(unsigned int){AMOUNT}, sizeof(int));
	else if (FAULT == MSS)
		setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &amount, sizeof(amount));
}

int socket(int family, int type, int protocol)
{
	int fd = REAL(socket)(family, type, protocol);

	if (fd >= 0 && family != AF_UNIX && family != AF_NETLINK)
		set(fd);
	return fd;
}
