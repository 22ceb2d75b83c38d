// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/lobby.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"

/* What is to be said stands in one packet right behind the handshake; a lost one comes again. */
#define MOMENT_NS 5000000000ULL

void lobby_open(struct lobby *l, int fd, unsigned int port, size_t most, lobby_judge judge,
		void *data)
{
	l->fd = fd;
	l->port = port;
	l->most = most < sizeof(l->guest[0].bytes) ? most : sizeof(l->guest[0].bytes);
	l->judge = judge;
	l->data = data;
	l->strangers = 0;
	l->count = l->polled = 0;
}

unsigned int lobby_watch(struct lobby *l, struct pollfd *fds)
{
	for (unsigned int i = 0; i < l->count; i++)
		fds[i] = (struct pollfd){.fd = l->guest[i].fd, .events = POLLIN};
	fds[l->count] = (struct pollfd){.fd = l->fd, .events = POLLIN};
	l->polled = l->count;
	return l->polled + 1;
}

/* The last one moves into its place. */
static void leave(struct lobby *l, unsigned int i)
{
	l->guest[i] = l->guest[--l->count];
}

static void drop(struct lobby *l, unsigned int i, const char *why)
{
	const struct guest *g = &l->guest[i];

	/* A scan is one line, not a thousand. */
	if (!l->strangers++)
		say_warning("dropped a connection from %s to port %u: it %s; others like it are counted, and the run goes on",
			    g->from, l->port, why);
	else
		say_detail("dropped a connection from %s to port %u: it %s", g->from, l->port, why);
	close(g->fd);
	leave(l, i);
}

static void judge(struct lobby *l, unsigned int i)
{
	char why[160] = "";

	switch (l->judge(l->data, &l->guest[i], why, sizeof(why))) {
	case VERDICT_MORE:
		if (l->guest[i].used == l->most)
			drop(l, i, "said too much");
		break;
	case VERDICT_STRANGER:
		drop(l, i, why);
		break;
	case VERDICT_TAKEN:
		leave(l, i);
		break;
	}
}

static void hear(struct lobby *l, unsigned int i)
{
	struct guest *g = &l->guest[i];
	ssize_t got = read(g->fd, g->bytes + g->used, l->most - g->used);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		drop(l, i, g->used ? "ended before it had said all" : "ended without a word");
		return;
	}
	g->used += got;
	judge(l, i);
}

bool lobby_spare(struct lobby *l)
{
	unsigned int longest = 0;

	if (!l->count)
		return false;
	for (unsigned int i = 1; i < l->count; i++)
		if (l->guest[i].deadline_ns < l->guest[longest].deadline_ns)
			longest = i;
	drop(l, longest, "was silent while others came");
	return true;
}

static void let_in(struct lobby *l, int fd, const struct sockaddr *from, socklen_t size)
{
	struct guest *g;

	if (l->count == LOBBY_GUESTS)
		lobby_spare(l);
	g = &l->guest[l->count++];
	g->fd = fd;
	g->used = 0;
	g->deadline_ns = clock_ns() + MOMENT_NS;
	if (getnameinfo(from, size, g->from, sizeof(g->from), NULL, 0, NI_NUMERICHOST))
		snprintf(g->from, sizeof(g->from), "somewhere");
	/* Most have said it already, and then there is nobody for a newcomer to push out. */
	hear(l, l->count - 1);
}

/* At most as many as there are places: those who are in the lobby have to be heard in between. */
static int accept_some(struct lobby *l)
{
	for (int i = 0; i < LOBBY_GUESTS && l->fd >= 0; i++) {
		struct sockaddr_storage from;
		socklen_t size = sizeof(from);
		int fd = accept4(l->fd, (struct sockaddr *)&from, &size,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			let_in(l, fd, (struct sockaddr *)&from, size);
			continue;
		}
		switch (errno) {
		case EAGAIN:
			return 0;
		case EBADF:
		case EINVAL:
		case EMFILE:
		case ENFILE:
		case ENOBUFS:
		case ENOMEM:
			return -errno;
		}
		/* Anything else is the end of that one connection: accept(2), "Error handling". */
	}
	return 0;
}

int lobby_serve(struct lobby *l, const struct pollfd *fds)
{
	uint64_t now = clock_ns();

	/* From the last: who leaves is replaced by one that was looked at. */
	for (unsigned int i = l->polled; i-- > 0;)
		if (fds[i].revents)
			hear(l, i);
		else if (now > l->guest[i].deadline_ns)
			drop(l, i,
			     l->guest[i].used ? "did not end what it began to say" : "said nothing");
	return fds[l->polled].revents ? accept_some(l) : 0;
}

void lobby_close(struct lobby *l)
{
	if (l->fd < 0)
		return;
	while (l->count)
		drop(l, l->count - 1, "came for nothing: the run has all that it waits for");
	close(l->fd);
	l->fd = -1;
	if (l->strangers > 1)
		say_warning("%llu connections to port %u were none of this run's, and were dropped: see what scans this host",
			    (unsigned long long)l->strangers, l->port);
}
