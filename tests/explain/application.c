// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a new release of an application may do, in front of libc: the one of these that FAULT names, AMOUNT of it. It is
 * there in all runs, and does so where EXPLAIN_FAULT is set.
 */
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

static enum fault {
	NONE,
	SLEEPS,
	LOCKS,
	PEEKS,
	SPLITS,
	TOUCHES,
	LOGS,
	MAPS,
	SNDBUF,
	RCVBUF,
	PACES,
	MSS,
	CORKS,
	NAGLES,
	CONGESTS,
	UNSENT,
	PRIORITY
} fault;

/* Connections that carry the payload; the control connection's messages are short. */
#define PAYLOAD 4096

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static volatile unsigned long sum;

__attribute__((constructor)) static void choose(void)
{
	fault = getenv("EXPLAIN_FAULT") ? FAULT : NONE;
}

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
	if (fault == PEEKS && size > PAYLOAD)
		real(fd, data, size, flags | MSG_PEEK);
	n = real(fd, data, size, flags);
	if (n <= 0 || size <= PAYLOAD)
		return n;
	if (fault == SLEEPS)
		usleep(AMOUNT);
	else if (fault == TOUCHES)
		touch(data, n);
	else if (fault == LOGS)
		log_line();
	else if (fault == MAPS)
		map();
	return n;
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static ssize_t (*real)(int, const void *, size_t, int);
	ssize_t n;

	real = real ? real : REAL(send);
	/* A head and a body; whether the second waits for the first one's acknowledgement is the fault. */
	if ((fault == SPLITS || FAULT == NAGLES) && size > AMOUNT)
		size = AMOUNT;
	if (fault == LOCKS)
		pthread_mutex_lock(&lock);
	n = real(fd, data, size, flags);
	if (fault == LOCKS) {
		for (volatile int i = 0; i < AMOUNT; i++)
			;
		pthread_mutex_unlock(&lock);
	}
	return n;
}

static const struct {
	int level, name;
} numbers[] = {
	[SNDBUF] = {SOL_SOCKET, SO_SNDBUF},	    [RCVBUF] = {SOL_SOCKET, SO_RCVBUF},
	[PACES] = {SOL_SOCKET, SO_MAX_PACING_RATE}, [MSS] = {IPPROTO_TCP, TCP_MAXSEG},
	[CORKS] = {IPPROTO_TCP, TCP_CORK},	    [UNSENT] = {IPPROTO_TCP, TCP_NOTSENT_LOWAT},
	[PRIORITY] = {SOL_SOCKET, SO_PRIORITY},
};

/* What it sets last: before it connects, and before it is bound. */
static void set(int fd)
{
	const int amount = AMOUNT;

	if (fault == CONGESTS)
		setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "bbr", 3);
	else if (fault < sizeof(numbers) / sizeof(*numbers) && numbers[fault].name)
		setsockopt(fd, numbers[fault].level, numbers[fault].name, &amount, sizeof(amount));
}

int connect(int fd, const struct sockaddr *to, socklen_t size)
{
	set(fd);
	return REAL(connect)(fd, to, size);
}

int bind(int fd, const struct sockaddr *to, socklen_t size)
{
	set(fd);
	return REAL(bind)(fd, to, size);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	if (fault == NAGLES && level == IPPROTO_TCP && name == TCP_NODELAY)
		return 0;
	return REAL(setsockopt)(fd, level, name, value, size);
}
