// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/uring.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define RING_FLAGS                                                                                 \
	(IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE |           \
	 IORING_SETUP_SUBMIT_ALL)

/* What io_uring_setup(2) said, and what helps. */
static const char *setup_advice(int error)
{
	switch (error) {
	case ENOSYS:
		return "this kernel was built without io_uring";
	case EPERM:
		return "it is forbidden here: see sysctl kernel.io_uring_disabled, and the seccomp profile of the container";
	case EINVAL:
		return "it is too old: deferred task work takes Linux 6.1";
	case ENOMEM:
		return "the memlock limit is too low: see 'ulimit -l'";
	}
	return "see io_uring_setup(2)";
}

bool uring_able(enum io_uring_op op, unsigned int features, const char *since, char *why,
		size_t size)
{
	struct io_uring_params params = {.flags = RING_FLAGS, .cq_entries = 8};
	struct io_uring_probe *probe;
	struct io_uring ring;
	int error = io_uring_queue_init_params(4, &ring, &params);
	bool able;

	if (error) {
		snprintf(why, size, "cannot set up io_uring: %s; %s", strerror(-error),
			 setup_advice(-error));
		return false;
	}
	probe = io_uring_get_probe_ring(&ring);
	able = probe && io_uring_opcode_supported(probe, op) &&
	       (params.features & features) == features;
	if (!able)
		snprintf(why, size, "this kernel's io_uring lacks it; take Linux %s or newer",
			 since);
	io_uring_free_probe(probe);
	io_uring_queue_exit(&ring);
	return able;
}

/*
 * There is no flag to tell it by. A kernel without refuses the request when it reads it, before it looks for the
 * file, which is not there (io_send_zc_prep() in io_uring/net.c): EINVAL, in place of EBADF.
 */
bool uring_vectors_able(char *why, size_t size)
{
	struct iovec part = {(void *)why, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	struct io_uring_cqe *cqe = NULL;
	struct io_uring ring;
	int error = io_uring_queue_init(2, &ring, 0);
	int result = error;

	if (!error) {
		uring_prep_vector(io_uring_get_sqe(&ring), -1, &message, MSG_NOSIGNAL, true, true);
		result = io_uring_submit_and_wait(&ring, 1);
		if (result >= 0)
			result = io_uring_peek_cqe(&ring, &cqe);
		if (!result)
			result = cqe->res;
		io_uring_queue_exit(&ring);
	}
	if (result != -EINVAL)
		return true;
	snprintf(why, size,
		 "--vectored from registered memory takes Linux 6.15: give --plain-buffers too, or leave it out");
	return false;
}

int uring_open_with(struct uring *u, struct flow *f, unsigned int requests,
		    unsigned int completions, unsigned int setup)
{
	const int files[] = {[URING_STREAM] = f->fd, [URING_DATAGRAMS] = f->datagrams_fd};
	bool no_iowait = f->config->options.no_iowait;
	struct io_uring_params params = {.flags = RING_FLAGS | setup, .cq_entries = completions};
	int error = io_uring_queue_init_params(requests, &u->ring, &params);

	if (error)
		return flow_unable(f, "cannot set up io_uring for flow %u: %s; %s", f->number,
				   strerror(-error), setup_advice(-error));
	u->open = true;
	u->enough = 1;
	u->enter_fd = u->ring.ring_fd;
	/* Without GETEVENTS no deferred work would run, and overflown completions not come back. */
	u->enter_flags = IORING_ENTER_GETEVENTS;
	if (no_iowait && !(params.features & IORING_FEAT_NO_IOWAIT))
		return flow_unable(f, "cannot wait without iowait: --no-iowait takes Linux 6.15");
	if (no_iowait)
		u->enter_flags |= IORING_ENTER_NO_IOWAIT;
	/* Saves looking up the descriptor with each call; an old kernel does without. */
	if (io_uring_register_ring_fd(&u->ring) == 1) {
		u->enter_fd = u->ring.enter_ring_fd;
		u->enter_flags |= IORING_ENTER_REGISTERED_RING;
	}
	error = io_uring_register_files(&u->ring, files, f->all->datagram ? 2 : 1);
	if (error)
		return flow_fail(f, "cannot register the socket of flow %u: %s", f->number,
				 strerror(-error));
	return 0;
}

int uring_register(struct uring *u, struct flow *f, const void *at, size_t size)
{
	struct iovec memory = {(void *)at, size};
	int error = io_uring_register_buffers(&u->ring, &memory, 1);

	if (!error)
		return 0;
	if (error == -ENOMEM)
		return flow_unable(f,
				   "cannot register %zu bytes to send from: the memlock limit is too low; raise 'ulimit -l'%s, or give --plain-buffers",
				   size, f->all->datagram ? "" : ", ask for a smaller --msg");
	return flow_unable(f, "cannot register %zu bytes to send from: %s; give --plain-buffers",
			   size, strerror(-error));
}

int uring_gather(struct uring *u, struct flow *f, unsigned int enough)
{
	uint64_t min_wait_us = f->config->options.min_wait;

	if (!min_wait_us)
		return 0;
	if (!(u->ring.features & IORING_FEAT_MIN_TIMEOUT))
		return flow_unable(f, "cannot let completions gather: --min-wait takes Linux 6.12");
	/* A wait without an end would be over with nothing there: io_cqring_min_timer_wakeup(). */
	u->at_most.tv_sec = 1;
	u->wait = (struct compat_uring_wait){
		.min_wait_us = min_wait_us,
		.at_most = (uintptr_t)&u->at_most,
	};
	u->enter_flags |= IORING_ENTER_EXT_ARG;
	u->enough = enough ? enough : 1;
	return 0;
}

void uring_close(struct uring *u)
{
	if (u->open)
		io_uring_queue_exit(&u->ring);
	u->open = false;
}
