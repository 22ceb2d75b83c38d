// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/namer.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/seal.h"
#include "collectors/kit/functions.h"

/* What one process's names may cost. Those of a browser, the largest there are, take a tenth. */
#define PATIENCE_NS  5000000000
#define CPU_S	     10
#define MEMORY_BYTES ((size_t)2 << 30)

enum order { ORDER_NOTE, ORDER_NAME };

struct request {
	enum order order;
	uint64_t address;
};

/* ---- the child ---- */

struct work {
	struct maps maps;
	struct functions *functions[MAPS_FILES_MAX];
};

static void open_all(struct work *w)
{
	maps_open(&w->maps);
	if (seal(MEMORY_BYTES, CPU_S))
		_exit(1);
}

static void name(struct work *w, uint64_t address, struct named *named)
{
	const struct mapping *at = maps_find(&w->maps, address);
	struct mapped_file *f = at && at->file >= 0 ? w->maps.files[at->file] : NULL;
	const char *found = NULL;
	uint64_t before = 0;

	named->start = at ? at->start : 0;
	if (!f)
		return;
	memcpy(named->object, f->object, sizeof(named->object));
	if (f->fd >= 0 && !w->functions[at->file]) {
		w->functions[at->file] = functions_open(f->fd);
		if (!w->functions[at->file])
			f->fd = -1;
	}
	if (f->fd >= 0)
		found = functions_at(w->functions[at->file], address - at->start + at->offset,
				     &before);
	if (!found)
		return;
	named->start = address - before;
	snprintf(named->name, sizeof(named->name), "%s", found);
}

__attribute__((noreturn)) static void serve(pid_t pid)
{
	struct work *w = calloc(1, sizeof(*w));
	struct request request;
	bool sealed = false;

	if (!w)
		_exit(1);
	/* One that has ended has nothing mapped. */
	maps_begin(&w->maps, pid);
	while (read(0, &request, sizeof(request)) == sizeof(request)) {
		struct named named = {0};

		if (request.order == ORDER_NOTE) {
			if (!sealed)
				maps_note(&w->maps);
		} else {
			if (!sealed)
				open_all(w);
			sealed = true;
			name(w, request.address, &named);
		}
		if (write(0, &named, sizeof(named)) != sizeof(named))
			break;
	}
	_exit(0);
}

/* ---- zcprof ---- */

int namer_start(struct namer *n, pid_t pid)
{
	int pair[2];

	*n = (struct namer){.fd = -1, .left_ns = PATIENCE_NS};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	n->child = fork();
	if (!n->child && !child_only(pair[1]))
		serve(pid);
	if (!n->child)
		_exit(1);
	close(pair[1]);
	if (n->child < 0) {
		close(pair[0]);
		return -errno;
	}
	n->fd = pair[0];
	namer_note(n);
	return 0;
}

static int give_up(struct namer *n, const char *what)
{
	if (!n->why[0])
		snprintf(n->why, sizeof(n->why), "%s", what);
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
	if (n->child <= 0 || n->reaped)
		return -1;
	n->reaped = true;
	child_kill(n->child, NULL);
	return -1;
}

static int ask(struct namer *n, enum order order, uint64_t address)
{
	struct request request = {order, address};

	if (n->fd < 0)
		return -1;
	if (send(n->fd, &request, sizeof(request), MSG_NOSIGNAL | MSG_DONTWAIT) != sizeof(request))
		return give_up(n, "whoever read its files did not take a question");
	n->due++;
	return 0;
}

/* The next answer. 0, or -1: none came by then, and the time was all that it had. */
static int take(struct namer *n, struct named *named, uint64_t until_ns)
{
	uint64_t began = clock_ns();
	struct pollfd ready = {n->fd, POLLIN, 0};
	uint64_t wait_ns = until_ns > began ? until_ns - began : 0;
	uint64_t left_ns = n->left_ns > 0 ? (uint64_t)n->left_ns : 0;
	struct timespec wait;
	int result;

	if (wait_ns > left_ns)
		wait_ns = left_ns;
	wait.tv_sec = (time_t)(wait_ns / 1000000000);
	wait.tv_nsec = (long)(wait_ns % 1000000000);
	result = ppoll(&ready, 1, &wait, NULL);
	n->left_ns -= (int64_t)(clock_ns() - began);
	if (result < 0 && errno == EINTR)
		return n->left_ns > 0 ? take(n, named, until_ns)
				      : give_up(n, "reading its maps or files took too long");
	if (result <= 0)
		return n->left_ns > 0 ? -1 : give_up(n, "reading its maps or files took too long");
	if (recv(n->fd, named, sizeof(*named), MSG_DONTWAIT) != sizeof(*named))
		return give_up(n, "whoever read its files ended by it");
	n->due--;
	named->name[sizeof(named->name) - 1] = '\0';
	named->object[sizeof(named->object) - 1] = '\0';
	return 0;
}

void namer_note(struct namer *n)
{
	ask(n, ORDER_NOTE, 0);
}

void namer_settle(struct namer *n, uint64_t until_ns)
{
	struct named named;

	while (n->fd >= 0 && n->due && !take(n, &named, until_ns))
		;
}

int namer_ask(struct namer *n, uint64_t address, struct named *named)
{
	namer_settle(n, UINT64_MAX);
	return ask(n, ORDER_NAME, address) || take(n, named, UINT64_MAX) ? -1 : 0;
}

const char *namer_why(const struct namer *n)
{
	return n->why[0] ? n->why : NULL;
}

void namer_stop(struct namer *n, const char *why)
{
	give_up(n, why);
}
