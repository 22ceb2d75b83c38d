// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/facts_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/socket.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "collectors/kit/sockdiag.h"

/* ---- what may be set ---- */

enum { TCP = 1, UDP = 2, UNIX = 4 };

static const struct {
	unsigned int bit;
	const char *name;
} kinds[] = {{TCP, "tcp"}, {UDP, "udp"}, {UNIX, "unix"}};

enum value {
	NUMBER,
	LIMIT,	/* a number, and 0 is none */
	SWITCH, /* yes or no */
	BUFFER, /* bytes; of TCP only where it is locked, for else the kernel tunes it */
	RATE,	/* bytes a second, and all ones is none */
	WORD,	/* "" is none */
};

#define NOT_SET "not set"

static const struct socket_option {
	const char *key;
	unsigned int kinds;
	int family; /* 0: any */
	int level, name;
	enum value is;
	unsigned int lock; /* BUFFER: its bit of SO_BUF_LOCK */
} options[] = {
	{"send buffer", TCP | UDP | UNIX, 0, SOL_SOCKET, SO_SNDBUF, BUFFER, SOCK_SNDBUF_LOCK},
	{"receive buffer", TCP | UDP | UNIX, 0, SOL_SOCKET, SO_RCVBUF, BUFFER, SOCK_RCVBUF_LOCK},
	{"unsent limit", TCP, 0, IPPROTO_TCP, TCP_NOTSENT_LOWAT, LIMIT, 0},
	{"low watermark", TCP, 0, SOL_SOCKET, SO_RCVLOWAT, NUMBER, 0},
	{"no delay", TCP, 0, IPPROTO_TCP, TCP_NODELAY, SWITCH, 0},
	{"cork", TCP, 0, IPPROTO_TCP, TCP_CORK, SWITCH, 0},
	{"congestion control", TCP, 0, IPPROTO_TCP, TCP_CONGESTION, WORD, 0},
	{"upper protocol", TCP, 0, IPPROTO_TCP, TCP_ULP, WORD, 0},
	{"pacing limit", TCP | UDP, 0, SOL_SOCKET, SO_MAX_PACING_RATE, RATE, 0},
	{"zero copy", TCP | UDP, 0, SOL_SOCKET, SO_ZEROCOPY, SWITCH, 0},
	{"busy poll", TCP | UDP, 0, SOL_SOCKET, SO_BUSY_POLL, NUMBER, 0},
	{"priority", TCP | UDP, 0, SOL_SOCKET, SO_PRIORITY, NUMBER, 0},
	{"tos", TCP | UDP, AF_INET, IPPROTO_IP, IP_TOS, NUMBER, 0},
	{"traffic class", TCP | UDP, AF_INET6, IPPROTO_IPV6, IPV6_TCLASS, NUMBER, 0},
	{"mark", TCP | UDP, 0, SOL_SOCKET, SO_MARK, NUMBER, 0},
	{"timestamps", TCP | UDP, 0, SOL_SOCKET, SO_TIMESTAMPING, NUMBER, 0},
	{"segment size", UDP, 0, IPPROTO_UDP, UDP_SEGMENT, LIMIT, 0},
	{"gro", UDP, 0, IPPROTO_UDP, UDP_GRO, SWITCH, 0},
};

#define OPTIONS	   (sizeof(options) / sizeof(*options))
#define VALUE_SIZE 24

/* ---- one socket ---- */

struct sockets_asked {
	unsigned int kind;
	uint64_t moved;			 /* bytes, of TCP */
	char value[OPTIONS][VALUE_SIZE]; /* "": the kernel does not tell */
};

static int number_of(int fd, int level, int name)
{
	socklen_t size = sizeof(int);
	int number = 0;

	return getsockopt(fd, level, name, &number, &size) ? -1 : number;
}

/* 0: another one. */
static unsigned int kind_of(int fd, int family)
{
	int protocol = number_of(fd, SOL_SOCKET, SO_PROTOCOL);

	if (family == AF_UNIX)
		return UNIX;
	if (family != AF_INET && family != AF_INET6)
		return 0;
	return protocol == IPPROTO_TCP ? TCP : protocol == IPPROTO_UDP ? UDP : 0;
}

static void ask_word(int fd, const struct socket_option *o, char text[VALUE_SIZE])
{
	char word[VALUE_SIZE] = "";
	socklen_t size = sizeof(word) - 1;

	if (getsockopt(fd, o->level, o->name, word, &size))
		return;
	word[size] = '\0';
	snprintf(text, VALUE_SIZE, "%s", *word ? word : "none");
}

static void ask_rate(int fd, const struct socket_option *o, char text[VALUE_SIZE])
{
	uint64_t rate = 0;
	socklen_t size = sizeof(rate);

	if (getsockopt(fd, o->level, o->name, &rate, &size))
		return;
	if (rate == UINT64_MAX || rate == UINT32_MAX)
		snprintf(text, VALUE_SIZE, NOT_SET);
	else
		snprintf(text, VALUE_SIZE, "%" PRIu64, rate);
}

/* SO_BUF_LOCK is of 5.14: before it nobody tells what is tuned. */
static bool is_tuned(int fd, const struct socket_option *o, unsigned int kind, bool *known)
{
	int locks = kind == TCP ? number_of(fd, SOL_SOCKET, SO_BUF_LOCK) : (int)o->lock;

	*known = locks >= 0;
	return !((unsigned int)locks & o->lock);
}

static void ask_number(int fd, const struct socket_option *o, unsigned int kind,
		       char text[VALUE_SIZE])
{
	unsigned int number = 0;
	socklen_t size = sizeof(number);
	bool known = true, none;

	if (getsockopt(fd, o->level, o->name, &number, &size))
		return;
	none = o->is == BUFFER ? is_tuned(fd, o, kind, &known) : o->is == LIMIT && !number;
	if (!known)
		return;
	if (none)
		snprintf(text, VALUE_SIZE, NOT_SET);
	else if (o->is == SWITCH)
		snprintf(text, VALUE_SIZE, "%s", number ? "yes" : "no");
	else
		snprintf(text, VALUE_SIZE, "%u", number);
}

static uint64_t moved_by(int fd)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size))
		return 0;
	return info.tcpi_bytes_acked + info.tcpi_bytes_received;
}

static void ask_all(int fd, int family, struct sockets_asked *asked)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct socket_option *o = &options[i];

		if (!(o->kinds & asked->kind) || (o->family && o->family != family))
			continue;
		if (o->is == WORD)
			ask_word(fd, o, asked->value[i]);
		else if (o->is == RATE)
			ask_rate(fd, o, asked->value[i]);
		else
			ask_number(fd, o, asked->kind, asked->value[i]);
	}
	asked->moved = asked->kind == TCP ? moved_by(fd) : 0;
}

/* ---- those of an end ---- */

/* More than these, or what takes more CPU time, is left out: the window is about to open. */
#define SOCKETS_MOST 16384
#define LONGEST_NS   300000000

static uint64_t work_ns(void)
{
	struct timespec at = {0};

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return (uint64_t)at.tv_sec * 1000000000 + (uint64_t)at.tv_nsec;
}

struct look {
	struct sockets *sockets;
	uint16_t data_port; /* 0: any */
	uint64_t until_ns;  /* by work_ns() */
	size_t asked;
	pid_t tid; /* whose descriptor pidfd is; 0: nobody's */
	int pidfd;
};

/* Of a thread with a table of its own from 6.9 on (PIDFD_THREAD). */
static int open_owner(struct look *look, pid_t tid)
{
	if (look->tid == tid)
		return look->pidfd;
	if (look->pidfd >= 0)
		close(look->pidfd);
	look->tid = tid;
	look->pidfd = (int)syscall(SYS_pidfd_open, tid, 0);
	if (look->pidfd < 0)
		look->pidfd = (int)syscall(SYS_pidfd_open, tid, O_EXCL);
	return look->pidfd;
}

static uint16_t port_of(int fd, int (*ask)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_storage at = {0};
	socklen_t size = sizeof(at);

	if (ask(fd, (struct sockaddr *)&at, &size))
		return 0;
	return ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
					      : ((struct sockaddr_in *)&at)->sin_port);
}

/* Of a run the control connection is none of its flows. */
static bool is_wanted(const struct look *look, int fd, unsigned int kind)
{
	return kind &&
	       (kind != TCP || !look->data_port || port_of(fd, getsockname) == look->data_port ||
		port_of(fd, getpeername) == look->data_port);
}

static bool make_room(struct sockets *s)
{
	struct sockets_asked *grown;

	/* Room is doubled where the count is a power of two. */
	if (s->count & (s->count - 1))
		return true;
	grown = reallocarray(s->at, s->count ? 2 * s->count : 1, sizeof(*grown));
	if (!grown) {
		s->error = ENOMEM;
		return false;
	}
	s->at = grown;
	return true;
}

static void ask_socket(struct look *look, int fd)
{
	int family = number_of(fd, SOL_SOCKET, SO_DOMAIN);
	unsigned int kind = kind_of(fd, family);
	struct sockets *s = look->sockets;

	if (!is_wanted(look, fd, kind) || !make_room(s))
		return;
	look->asked++;
	s->at[s->count] = (struct sockets_asked){.kind = kind};
	ask_all(fd, family, &s->at[s->count++]);
}

/* The number may be another file's by now; of a ring's own table no descriptor is a socket's. */
static bool is_socket(int fd, uint32_t inode)
{
	struct stat is;

	return !fstat(fd, &is) && S_ISSOCK(is.st_mode) && (uint32_t)is.st_ino == inode;
}

static void take_socket(void *data, pid_t tid, int number, uint32_t inode)
{
	struct look *look = data;
	struct sockets *s = look->sockets;
	int owner, fd;

	if (look->asked >= SOCKETS_MOST || work_ns() > look->until_ns) {
		s->left_out++;
		return;
	}
	owner = open_owner(look, tid);
	fd = owner < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, owner, number, 0);
	/* It, or its owner, may be gone by now. */
	if (fd < 0 && errno != EBADF && errno != ESRCH)
		s->error = errno;
	if (fd < 0)
		return;
	if (is_socket(fd, inode))
		ask_socket(look, fd);
	close(fd);
}

static void take_process(void *data, pid_t pid)
{
	sockdiag_sockets(pid, take_socket, data);
}

/* ---- the rows ---- */

/* Of a connection that moved less than a hundredth of what the busiest did nobody asks. */
static void keep_busy(struct sockets *s)
{
	uint64_t most = 0;
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++)
		most = s->at[i].moved > most ? s->at[i].moved : most;
	for (size_t i = 0; i < s->count; i++)
		if (s->at[i].kind != TCP || s->at[i].moved >= most / 100)
			s->at[kept++] = s->at[i];
	s->count = kept;
}

/* Sockets of an end may be set in several ways: the least first, then those for which there is room. */
#define VALUES_MOST 4

static int by_number(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

static void say_option(const struct sockets *s, size_t option, unsigned int kind, const char *key,
		       struct writer *w, enum record_end end)
{
	const char *values[VALUES_MOST + 1] = {NULL};
	char text[(VALUES_MOST + 1) * (VALUE_SIZE + 2)] = "";
	size_t count = 0, used = 0;

	for (size_t i = 0; i < s->count && count <= VALUES_MOST; i++) {
		const char *value = s->at[i].value[option];
		size_t same = 0;

		while (same < count && strcmp(values[same], value) != 0)
			same++;
		if (s->at[i].kind == kind && *value && same == count)
			values[count++] = value;
	}
	if (!count)
		return;
	qsort(values, count, sizeof(*values), by_number);
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "",
					 i < VALUES_MOST ? values[i] : "and more");
	writer_fact(w, end, METRIC_fact_socket, key, text);
}

static void say_left_out(const struct sockets *s, struct writer *w, enum record_end end)
{
	char why[160];

	if (s->error)
		snprintf(why, sizeof(why),
			 "what programs set for their sockets is not known of all: pidfd_getfd(2): %s%s",
			 strerror(s->error), s->error == EPERM ? "; run as root" : "");
	else
		snprintf(why, sizeof(why),
			 "%zu sockets were not asked what programs set for them: they are too many",
			 s->left_out);
	if (s->error || s->left_out)
		writer_absent(w, end, "fact/socket", why);
}

void sockets_look(struct sockets *s, const struct measurement *run, enum record_end end)
{
	const struct target *t = &run->target[end];
	struct look look = {
		.sockets = s,
		.data_port = run->data_port,
		.until_ns = work_ns() + LONGEST_NS,
		.pidfd = -1,
	};

	if (!target_here(t) || t->kind == TARGET_CPUS)
		return;
	target_each(t, take_process, &look);
	if (look.pidfd >= 0)
		close(look.pidfd);
}

void sockets_say(struct sockets *s, struct writer *w, enum record_end end)
{
	char key[48];

	keep_busy(s);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		for (size_t option = 0; option < OPTIONS; option++) {
			snprintf(key, sizeof(key), "%s %s", kinds[i].name, options[option].key);
			say_option(s, option, kinds[i].bit, key, w, end);
		}
	}
	say_left_out(s, w, end);
}

void sockets_forget(struct sockets *s)
{
	free(s->at);
	*s = (struct sockets){0};
}

void facts_sockets(struct writer *w, const struct measurement *run, enum record_end end)
{
	struct sockets s = {0};

	sockets_look(&s, run, end);
	sockets_say(&s, w, end);
	sockets_forget(&s);
}
