// SPDX-License-Identifier: GPL-2.0-or-later
/* libs: liburing */
/*
 * A queue of zcrx without a device that processes share.
 *
 *   zcrx_share P R N   the queue is exported to P processes, which import it by R rings each; every ring receives N
 *                      bytes over loopback, and looks at each
 *
 * The area, the refill queue, its tail and the lock around it lie in memory that they share. Exit status 3: the kernel
 * cannot (before Linux 7.1).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <liburing.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/say.h"
#include "datapath/compat_zcrx.h"

#define BUFFERS 2048
#define PAGE	4096
#define PIECE	32768 /* that is under way on a connection */

struct share {
	pthread_mutex_t lock;
	uint32_t tail;
};

static struct share *share;
static char *area;
static uint32_t *khead, *ktail;
static struct compat_zcrx_rqe *rqes;
static uint64_t token;
static uint32_t entries;
static int exported;
static uint64_t bytes;

static void must(bool good, const char *what)
{
	if (good)
		return;
	say_error("%s: %s", what, strerror(errno));
	exit(EXIT_FAILED);
}

static void *memory(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(at != MAP_FAILED, "no memory");
	return at;
}

static int ring_new(struct io_uring *ring)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
			 IORING_SETUP_CQE32 | IORING_SETUP_CQSIZE,
		.cq_entries = BUFFERS,
	};

	return io_uring_queue_init_params(4, ring, &params);
}

/* The first ring, which receives nothing itself. */
static void make_queue(struct io_uring *ring)
{
	struct compat_zcrx_area where = {.len = (uint64_t)BUFFERS * PAGE};
	struct compat_region region = {
		.size = PAGE + BUFFERS * sizeof(struct compat_zcrx_rqe),
		.flags = COMPAT_REGION_USER,
	};
	struct compat_zcrx_ifq ifq = {.rq_entries = BUFFERS, .flags = COMPAT_ZCRX_NODEV};
	struct compat_zcrx_ctrl control = {.op = COMPAT_ZCRX_CTRL_EXPORT};
	char *at = memory(region.size);

	area = memory(where.len);
	where.addr = (uintptr_t)area;
	region.user_addr = (uintptr_t)at;
	ifq.area_ptr = (uintptr_t)&where;
	ifq.region_ptr = (uintptr_t)&region;
	if (ring_new(ring) || compat_register(ring->ring_fd, COMPAT_REGISTER_ZCRX_IFQ, &ifq, 1)) {
		say_error("this kernel's zcrx needs a device: take Linux 7.1");
		exit(EXIT_UNABLE);
	}
	control.id = ifq.id;
	must(compat_register(ring->ring_fd, COMPAT_REGISTER_ZCRX_CTRL, &control, 0) >= 0, "export");
	exported = (int)control.exported_fd;
	khead = (uint32_t *)(at + ifq.offsets.head);
	ktail = (uint32_t *)(at + ifq.offsets.tail);
	rqes = (struct compat_zcrx_rqe *)(at + ifq.offsets.rqes);
	entries = ifq.rq_entries;
	token = where.token;
}

static void make_share(void)
{
	pthread_mutexattr_t between;

	share = memory(sizeof(*share));
	pthread_mutexattr_init(&between);
	pthread_mutexattr_setpshared(&between, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&share->lock, &between);
	pthread_mutexattr_destroy(&between);
}

static void connect_both(int *from, int *to)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);

	must(!bind(listener, (struct sockaddr *)&at, len) && !listen(listener, 1) &&
		     !getsockname(listener, (struct sockaddr *)&at, &len),
	     "listen");
	*from = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(!connect(*from, (struct sockaddr *)&at, len), "connect");
	*to = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	must(*to >= 0, "accept");
	close(listener);
}

static unsigned char byte_at(uint64_t at)
{
	return (unsigned char)(at * 31 + at / 251);
}

static uint64_t send_piece(int fd, uint64_t sent)
{
	unsigned char piece[PIECE];
	size_t size = bytes - sent < PIECE ? bytes - sent : PIECE;

	for (size_t i = 0; i < size; i++)
		piece[i] = byte_at(sent + i);
	must(send(fd, piece, size, 0) == (ssize_t)size, "send");
	return sent + size;
}

static void arm(struct io_uring *ring, int fd, uint32_t id)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	io_uring_prep_rw(COMPAT_OP_RECV_ZC, sqe, fd, NULL, 0, 0);
	sqe->ioprio = IORING_RECV_MULTISHOT;
	sqe->file_index = id;
}

static void give_back(uint64_t off, uint32_t len)
{
	struct compat_zcrx_rqe *rqe;

	pthread_mutex_lock(&share->lock);
	rqe = &rqes[share->tail++ & (entries - 1)];
	rqe->off = off | token;
	rqe->len = len;
	__atomic_store_n(ktail, share->tail, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&share->lock);
}

/* No device asks for buffers: the kernel is told to take back what is there. */
static void flush(struct io_uring *ring, uint32_t id)
{
	struct compat_zcrx_ctrl control = {.id = id, .op = COMPAT_ZCRX_CTRL_FLUSH_RQ};

	must(compat_register(ring->ring_fd, COMPAT_REGISTER_ZCRX_CTRL, &control, 0) >= 0, "flush");
}

static bool half_full(void)
{
	return __atomic_load_n(ktail, __ATOMIC_RELAXED) - __atomic_load_n(khead, __ATOMIC_ACQUIRE) >=
	       entries / 2;
}

/* What one completion brought. Returns false when the stream has ended. */
static bool take(struct io_uring *ring, const struct io_uring_cqe *cqe, int fd, uint32_t id,
		 uint64_t *received)
{
	const struct compat_zcrx_cqe *more = (const void *)(cqe + 1);
	uint64_t off = COMPAT_ZCRX_OFFSET(more->off);
	const unsigned char *at = (unsigned char *)area + off;

	if (!(cqe->flags & IORING_CQE_F_MORE)) {
		if (!cqe->res)
			return false;
		errno = -cqe->res;
		must(cqe->res == -ENOMEM || cqe->res == -ENOSPC, "receive");
		flush(ring, id);
		arm(ring, fd, id);
		return true;
	}
	for (int i = 0; i < cqe->res; i++)
		if (at[i] != byte_at(*received + (unsigned int)i)) {
			say_error("byte %llu is wrong", (unsigned long long)*received + i);
			exit(EXIT_FAILED);
		}
	*received += (unsigned int)cqe->res;
	give_back(off, (uint32_t)cqe->res);
	return true;
}

/* A ring of its own. */
static void *receive(void *unused)
{
	struct compat_zcrx_ifq ifq = {.if_idx = (uint32_t)exported, .flags = COMPAT_ZCRX_IMPORT};
	uint64_t sent = 0, received = 0;
	struct io_uring_cqe *cqe;
	struct io_uring ring;
	bool there = true;
	int from, to;

	must(!ring_new(&ring), "io_uring");
	must(!compat_register(ring.ring_fd, COMPAT_REGISTER_ZCRX_IFQ, &ifq, 1), "import");
	connect_both(&from, &to);
	arm(&ring, to, ifq.id);
	while (there) {
		if (received == sent && sent < bytes)
			sent = send_piece(from, sent);
		else if (received == bytes)
			shutdown(from, SHUT_WR);
		must(io_uring_submit_and_wait(&ring, 1) >= 0, "wait");
		while (there && !io_uring_peek_cqe(&ring, &cqe)) {
			there = take(&ring, cqe, to, ifq.id, &received);
			io_uring_cqe_seen(&ring, cqe);
		}
		if (half_full())
			flush(&ring, ifq.id);
	}
	must(received == bytes, "the stream ended early");
	io_uring_queue_exit(&ring);
	close(from);
	close(to);
	return unused;
}

static void process(long rings)
{
	pthread_t thread[rings];

	for (long i = 0; i < rings; i++)
		must(!pthread_create(&thread[i], NULL, receive, NULL), "thread");
	for (long i = 0; i < rings; i++)
		pthread_join(thread[i], NULL);
}

int main(int argc, char **argv)
{
	long processes = argc > 3 ? atol(argv[1]) : 0, rings = argc > 3 ? atol(argv[2]) : 0;
	int status = 0, worst = 0;
	struct io_uring ring;

	say_program("zcrx_share");
	if (processes < 1 || rings < 1)
		return EXIT_USAGE;
	bytes = strtoull(argv[3], NULL, 10);
	make_share();
	make_queue(&ring);
	for (long i = 0; i < processes; i++) {
		if (fork())
			continue;
		process(rings);
		exit(EXIT_DONE);
	}
	while (wait(&status) > 0)
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			worst = EXIT_FAILED;
	io_uring_queue_exit(&ring);
	return worst;
}
