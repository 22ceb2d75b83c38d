// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/xsk.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datapath/frame.h"
#include "nic/device.h"

/* Of Linux 5.11 (include/uapi/asm-generic/socket.h), for C libraries that are older. */
#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL 69
#define SO_BUSY_POLL_BUDGET 70
#endif

#define HEADROOM 256 /* that drivers leave before a packet: XDP_PACKET_HEADROOM */

bool xsk_able(char *why, size_t size)
{
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	int error = errno;

	if (fd >= 0) {
		close(fd);
		return true;
	}
	snprintf(why, size, "%s",
		 error == EPERM
			 ? "AF_XDP sockets are not allowed: run as root, or grant the program CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF"
			 : "this kernel has no AF_XDP sockets (CONFIG_XDP_SOCKETS)");
	return false;
}

unsigned int xsk_frames(const struct config *config)
{
	return config->options.xsk_ring * (config->end == END_RX ? 2 : 1);
}

uint64_t xsk_memory(const struct config *config)
{
	return xsk_frames(config) * config->options.xsk_frame;
}

/* The n-th of --queues, in turn; without them that of its number. */
static unsigned int queue_of(const struct flow *f)
{
	const cpu_set_t *queues = &f->config->options.queues;
	unsigned int skip;

	if (!CPU_COUNT(queues))
		return f->number;
	skip = f->number % CPU_COUNT(queues);
	for (unsigned int queue = 0; queue < CPU_SETSIZE; queue++)
		if (CPU_ISSET(queue, queues) && !skip--)
			return queue;
	return 0;
}

static int refused(struct flow *f, unsigned int queue, const char *device, int error)
{
	const char *mode = f->config->options.xsk_mode;

	switch (error) {
	case -EPERM:
		return flow_unable(f,
				   "AF_XDP sockets are not allowed: run as root, or grant the program CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF");
	case -ENOBUFS:
		return flow_unable(f,
				   "%llu KiB for frames of all flows may not be locked in memory: raise 'ulimit -l', or give a smaller --xsk-ring",
				   (unsigned long long)f->all->count * xsk_memory(f->config) / 1024);
	case -EBUSY:
		return flow_unable(f,
				   "queue %u of %s has an AF_XDP socket already, of another program or flow: give others with --queues",
				   queue, device);
	case -EINVAL:
		return flow_unable(f,
				   "flow %u takes queue %u, and %s has no such queue, or cannot give it away: give --queues that it has, or fewer --flows",
				   f->number, queue, device);
	case -EOPNOTSUPP:
		return flow_unable(f,
				   "%s cannot do AF_XDP with --xsk-mode %s: its driver has no zero copy for that; give --xsk-mode copy, or auto",
				   device, mode);
	}
	return flow_unable(f, "cannot open an AF_XDP socket at queue %u of %s: %s", queue, device,
			   strerror(-error));
}

/* Frames for so many flows. NULL after flow_fail(). */
static struct xsk_area *area_new(struct flow *f, unsigned int flows)
{
	const struct options *option = &f->config->options;
	const struct xsk_umem_config config = {
		.fill_size = xsk_frames(f->config),
		.comp_size = option->xsk_ring,
		.frame_size = option->xsk_frame,
	};
	struct xsk_area *area = calloc(1, sizeof(*area));
	uint64_t size = flows * xsk_memory(f->config);
	char why[200];
	int error;

	if (!area) {
		flow_fail(f, "no memory left for flow %u", f->number);
		return NULL;
	}
	pthread_mutex_init(&area->lock, NULL);
	error = memory_get(&area->memory, size, option->hugepages, why, sizeof(why));
	if (error) {
		flow_unable(f, "%s", why);
	} else {
		error = xsk_umem__create(&area->umem, area->memory.at, size, &area->fill,
					 &area->completion, &config);
		if (error == -EINVAL)
			flow_unable(f,
				    "the kernel takes no %llu KiB as frames of %llu bytes: give another --xsk-ring or --xsk-frame",
				    (unsigned long long)size / 1024,
				    (unsigned long long)option->xsk_frame);
		else if (error)
			refused(f, 0, "the kernel", error);
	}
	if (!error)
		return area;
	xsk_unshare(area);
	return NULL;
}

int xsk_share(struct xsk_area **area, struct flows *all)
{
	struct flow *first = &all->flow[0];
	unsigned int queues = CPU_COUNT(&first->config->options.queues);

	*area = NULL;
	/* libxdp has rings for one socket at each queue, and takes them to be there for a second one. */
	if (queues && queues < all->count)
		return flow_unable(first,
				   "%u flows take a queue each, and --queues names %u: name as many, or give fewer --flows",
				   all->count, queues);
	if (!first->config->options.share_umem)
		return 0;
	*area = area_new(first, all->count);
	return *area ? 0 : -1;
}

void xsk_unshare(struct xsk_area *area)
{
	if (!area)
		return;
	if (area->umem)
		xsk_umem__delete(area->umem);
	memory_free(&area->memory);
	pthread_mutex_destroy(&area->lock);
	free(area);
}

/* From Linux 5.11 on; older ones poll by what net.core.busy_read says. */
static int poll_busily(const struct xsk *s, struct flow *f)
{
	const struct options *option = &f->config->options;
	int usecs = (int)option->busy_poll;
	int batch = (int)option->xsk_batch;
	int one = 1;

	if (!option->busy_poll)
		return 0;
	if (setsockopt(s->fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, &one, sizeof(one)) ||
	    setsockopt(s->fd, SOL_SOCKET, SO_BUSY_POLL, &usecs, sizeof(usecs)) ||
	    setsockopt(s->fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET, &batch, sizeof(batch)))
		return flow_unable(f,
				   "cannot busy poll on flow %u: %s; it takes Linux 5.11 and CAP_NET_ADMIN",
				   f->number, strerror(errno));
	return 0;
}

static int ask_options(struct xsk *s)
{
	struct xdp_options options = {0};
	socklen_t size = sizeof(options);

	if (getsockopt(s->fd, SOL_XDP, XDP_OPTIONS, &options, &size))
		return -errno;
	s->zerocopy = options.flags & XDP_OPTIONS_ZEROCOPY;
	return 0;
}

static size_t mtu_of(const char *device)
{
	int mtu = device_mtu(device);

	return mtu > 0 ? (size_t)mtu : SIZE_MAX;
}

static int fits(struct flow *f, const char *device)
{
	size_t room = f->config->options.xsk_frame - (f->config->end == END_RX ? HEADROOM : 0);
	size_t mtu = mtu_of(device);
	struct frame_ends ends;
	size_t size;

	if (frame_ends(f->fd, &ends))
		return flow_fail(f, "flow %u has no peer any more: %s", f->number, strerror(errno));
	size = frame_headers(&ends) + f->all->datagram;
	if (size - ETHER_HDR_LEN > mtu)
		return flow_unable(f,
				   "datagrams of %llu bytes do not fit the MTU of %s, which is %zu, with their headers: give a smaller --udp, or a larger --mtu",
				   (unsigned long long)f->all->datagram, device, mtu);
	if (size <= room)
		return 0;
	return flow_unable(f,
			   "datagrams of %llu bytes do not fit with their headers into frames, where there is room for %zu: give a smaller --udp, or --xsk-frame 4K",
			   (unsigned long long)f->all->datagram, room);
}

int xsk_open(struct xsk *s, struct flow *f, const char *device, struct xsk_area *shared)
{
	const struct options *option = &f->config->options;
	bool rx = f->config->end == END_RX;
	struct xsk_socket_config config = {
		.rx_size = option->xsk_ring,
		.tx_size = option->xsk_ring,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = option->need_wakeup ? XDP_USE_NEED_WAKEUP : 0,
	};
	int error;

	s->fd = -1;
	s->queue = queue_of(f);
	if (!strcmp(option->xsk_mode, "copy"))
		config.bind_flags |= XDP_COPY;
	if (!strcmp(option->xsk_mode, "zerocopy"))
		config.bind_flags |= XDP_ZEROCOPY;
	if (fits(f, device))
		return -1;
	s->own = !shared;
	s->area = shared ? shared : area_new(f, 1);
	if (!s->area)
		return -1;
	s->base = shared ? f->number * xsk_memory(f->config) : 0;
	pthread_mutex_lock(&s->area->lock);
	error = xsk_socket__create_shared(&s->socket, device, s->queue, s->area->umem,
					  rx ? &s->rx : NULL, rx ? NULL : &s->tx, &s->fill,
					  &s->completion, &config);
	pthread_mutex_unlock(&s->area->lock);
	if (error)
		return refused(f, s->queue, device, error);
	s->fd = xsk_socket__fd(s->socket);
	error = ask_options(s);
	return error ? refused(f, s->queue, device, error) : poll_busily(s, f);
}

void xsk_look(const struct xsk *s, struct flow *f)
{
	struct xdp_statistics said = {0};
	socklen_t size = sizeof(said);
	uint64_t *event = f->counters.event;

	if (!s || s->fd < 0 || getsockopt(s->fd, SOL_XDP, XDP_STATISTICS, &said, &size))
		return;
	count_up_to(&event[EVENT_xsk_dropped], said.rx_dropped);
	count_up_to(&event[EVENT_xsk_invalid], said.rx_invalid_descs + said.tx_invalid_descs);
	count_up_to(&event[EVENT_xsk_ring_full], said.rx_ring_full);
	count_up_to(&event[EVENT_xsk_fill_empty], said.rx_fill_ring_empty_descs);
	count_up_to(&event[EVENT_xsk_tx_empty], said.tx_ring_empty_descs);
}

/* A queue may have what another of the device lacks. */
void xsk_given(const struct flows *all, struct writer *w)
{
	unsigned int zerocopy = 0;
	char text[60];

	for (unsigned int i = 0; i < all->count; i++) {
		const struct xsk *s = all->flow[i].state;

		zerocopy += s && s->zerocopy;
	}
	snprintf(text, sizeof(text), "zero-copy: %u flows, copy: %u", zerocopy,
		 all->count - zerocopy);
	if (!zerocopy || zerocopy == all->count)
		snprintf(text, sizeof(text), "%s", zerocopy ? "zero-copy" : "copy");
	writer_fact(w, all->flow[0].config->end, METRIC_path_given, "xsk", text);
}

void xsk_close(struct xsk *s)
{
	if (s->socket)
		xsk_socket__delete(s->socket);
	if (s->own)
		xsk_unshare(s->area);
}
