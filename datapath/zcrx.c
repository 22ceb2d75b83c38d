// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/zcrx.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/bind.h"
#include "nic/zerocopy.h"

void zcrx_kernel(struct zcrx_kernel *k)
{
	struct compat_query_zcrx answer = {0};
	struct compat_query query = {
		.query_data = (uintptr_t)&answer,
		.query_op = COMPAT_QUERY_ZCRX,
		.size = sizeof(answer),
	};

	*k = (struct zcrx_kernel){0};
	/* A kernel that cannot be asked has none of what came later. */
	if (compat_register(-1, COMPAT_REGISTER_QUERY, &query, 0) || query.result)
		return;
	k->nodev = answer.register_flags & COMPAT_ZCRX_NODEV;
	k->dmabuf = answer.area_flags & COMPAT_ZCRX_AREA_DMABUF;
	k->flush = answer.nr_ctrl_opcodes > COMPAT_ZCRX_CTRL_FLUSH_RQ;
	k->rx_buf_len = answer.features & COMPAT_ZCRX_FEATURE_RX_PAGE_SIZE;
	k->events = answer.features & COMPAT_ZCRX_FEATURE_EVENT &&
		    answer.nr_ctrl_opcodes > COMPAT_ZCRX_CTRL_ARM_EVENT;
}

/* The kernel asks for the capability before it looks at anything else. */
static bool permitted(void)
{
	struct compat_zcrx_ifq nothing = {0};
	struct io_uring ring;
	int result;

	if (io_uring_queue_init(2, &ring, 0))
		return false;
	result = compat_register(ring.ring_fd, COMPAT_REGISTER_ZCRX_IFQ, &nothing, 1);
	result = result ? errno : 0;
	io_uring_queue_exit(&ring);
	return result != EPERM;
}

bool zcrx_able(char *why, size_t size)
{
	struct zcrx_kernel kernel;
	char nic[160];

	if (!uring_able(COMPAT_OP_RECV_ZC, 0, "6.15", why, size))
		return false;
	zcrx_kernel(&kernel);
	if (!permitted()) {
		snprintf(why, size, "it takes CAP_NET_ADMIN; run it as root");
		return false;
	}
	if (kernel.nodev || binding_able(false, nic, sizeof(nic)))
		return true;
	snprintf(why, size, "%s; without a NIC (--nodev) it takes Linux 7.2", nic);
	return false;
}

/* The region: the kernel's header, the refill queue, and behind it the statistics. */
static size_t stats_offset(uint32_t entries)
{
	return sysconf(_SC_PAGESIZE) + entries * sizeof(struct compat_zcrx_rqe);
}

static int make_memory(struct zcrx *z, struct flow *f)
{
	const struct option_value *option = f->config->option;
	const struct dmabuf_kind *kind = dmabuf_kind(option[OPTION_memory].name);
	size_t size = option[OPTION_area].number;
	bool hugepages = option[OPTION_hugepages].on;
	char why[200];

	if (kind)
		z->dmabuf = dmabuf_new(kind, size, hugepages, why, sizeof(why));
	if (kind ? !z->dmabuf : memory_get(&z->area, size, hugepages, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	z->at = kind ? z->dmabuf->at : z->area.at;
	z->size = kind ? z->dmabuf->size : z->area.mapped;
	if (memory_get(&z->region, stats_offset(z->entries) + sizeof(struct compat_zcrx_stats),
		       false, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	if (z->dmabuf && !z->at && f->verify.message)
		z->bounce = malloc(z->buf_len);
	if (z->dmabuf && !z->at && f->verify.message && !z->bounce)
		return flow_fail(f, "no memory left to check the bytes of flow %u", f->number);
	return 0;
}

/* What the kernel's refusal means, and what helps. */
static const char *advice(const struct flow *f, int error)
{
	const struct option_value *option = f->config->option;

	switch (error) {
	case EPERM:
		return "it takes CAP_NET_ADMIN: run it as root";
	case ENOMEM:
		return "the buffers do not fill the queue's ring, or memory is short: give a "
		       "larger or a smaller --area, and see 'ulimit -l'";
	case EEXIST:
	case EBUSY:
		return "another program holds the queue, or XDP is on the device: 'zcprof doctor "
		       "IFACE' says which";
	case ENODEV:
		return "there is no such device here: see 'ip link'";
	case ERANGE:
		return option[OPTION_rx_buf_len].set
			       ? "it has no such queue, or the area's memory has not pieces so "
				 "large in a row: try --hugepages, and see 'ethtool -l'"
			       : "it has no such queue: see 'ethtool -l'";
	case EOPNOTSUPP:
		return option[OPTION_rx_buf_len].set
			       ? "its driver has no memory providers, or not with --rx-buf-len"
			       : "its driver has no memory providers";
	}
	return "see whether it splits headers ('ethtool -g': TCP data split on, HDS thresh 0)";
}

/* What was asked for that this kernel has not: why, or NULL. */
static const char *lacks(const struct zcrx_kernel *kernel, const struct option_value *option)
{
	if (option[OPTION_nodev].on && !kernel->nodev)
		return "this kernel's zcrx needs a NIC: --nodev takes Linux 7.2";
	if (option[OPTION_rx_buf_len].set && !kernel->rx_buf_len)
		return "this kernel's zcrx receives into pages only: --rx-buf-len takes Linux 7.0";
	/* From 6.16 on, and it can be asked from 6.19 on: the registration tells in between. */
	return NULL;
}

bool zcrx_check(const struct config *config, char *why, size_t size)
{
	struct zcrx_kernel kernel;
	const char *what;

	zcrx_kernel(&kernel);
	what = lacks(&kernel, config->option);
	if (what)
		snprintf(why, size, "%s", what);
	return !what;
}

static unsigned int queue_of(const struct flow *f)
{
	return zerocopy_queue(&f->config->option[OPTION_queues].cpus, f->number);
}

static void attach_refill(struct zcrx *z, const struct compat_zcrx_ifq *ifq, size_t stats)
{
	char *at = z->region.at;

	z->id = ifq->id;
	z->entries = ifq->rq_entries;
	z->khead = (uint32_t *)(at + ifq->offsets.head);
	z->ktail = (uint32_t *)(at + ifq->offsets.tail);
	z->rqes = (struct compat_zcrx_rqe *)(at + ifq->offsets.rqes);
	if (stats)
		z->stats = (struct compat_zcrx_stats *)(at + stats);
	/* Half of what there is: the other half takes what comes meanwhile. */
	z->flush_at = z->size / z->buf_len;
	z->flush_at = (z->flush_at < z->entries ? z->flush_at : z->entries) / 2;
}

static int enlist(struct zcrx *z, struct flow *f, bool with_events)
{
	const struct option_value *option = f->config->option;
	struct compat_zcrx_area area = {.addr = (uintptr_t)z->at, .len = z->size};
	struct compat_region region = {
		.user_addr = (uintptr_t)z->region.at,
		.size = z->region.mapped,
		.flags = COMPAT_REGION_USER,
	};
	struct compat_zcrx_events events = {
		.user_data = ZCRX_EVENT_DATA,
		.type_mask = 1U << COMPAT_ZCRX_EVENT_ALLOC_FAIL,
		.flags = COMPAT_ZCRX_EVENT_STATS,
		.stats_offset = stats_offset(z->entries),
	};
	struct compat_zcrx_ifq ifq = {
		.area_ptr = (uintptr_t)&area,
		.region_ptr = (uintptr_t)&region,
		.event_desc = with_events ? (uintptr_t)&events : 0,
		.rq_entries = z->entries,
		.rx_buf_len = option[OPTION_rx_buf_len].number,
		.flags = z->nodev ? COMPAT_ZCRX_NODEV : 0,
	};

	if (!z->nodev) {
		ifq.if_idx = if_nametoindex(option[OPTION_nic].name);
		ifq.if_rxq = queue_of(f);
	}
	if (z->dmabuf) {
		area.addr = 0;
		area.flags = COMPAT_ZCRX_AREA_DMABUF;
		area.dmabuf_fd = z->dmabuf->fd;
	}
	if (compat_register(z->ring_fd, COMPAT_REGISTER_ZCRX_IFQ, &ifq, 1))
		return -errno;
	z->token = area.token;
	attach_refill(z, &ifq, with_events ? events.stats_offset : 0);
	return 0;
}

int zcrx_open(struct zcrx *z, struct uring *u, struct flow *f)
{
	const struct option_value *option = f->config->option;
	struct zcrx_kernel kernel;
	const char *what;
	int error;

	zcrx_kernel(&kernel);
	what = lacks(&kernel, option);
	if (what)
		return flow_unable(f, "%s", what);
	z->ring_fd = u->ring.ring_fd;
	z->nodev = option[OPTION_nodev].on;
	z->can_flush = kernel.flush;
	z->entries = option[OPTION_refill].number;
	z->buf_len = option[OPTION_rx_buf_len].set ? option[OPTION_rx_buf_len].number
						   : (uint64_t)sysconf(_SC_PAGESIZE);
	if (make_memory(z, f))
		return -1;
	error = enlist(z, f, kernel.events);
	if (!error)
		return 0;
	if (z->nodev)
		return flow_unable(f, "cannot set up zero-copy receive of flow %u: %s; %s",
				   f->number, strerror(-error), advice(f, -error));
	return flow_unable(f, "cannot receive without copy from queue %u of %s: %s; %s",
			   queue_of(f), option[OPTION_nic].name, strerror(-error),
			   advice(f, -error));
}

void zcrx_close(struct zcrx *z)
{
	memory_free(&z->region);
	memory_free(&z->area);
	dmabuf_free(z->dmabuf);
	free(z->bounce);
	free(z->spare);
	z->spare = NULL;
}

/* Whether there is room now. */
static bool has_room(struct zcrx *z)
{
	z->head = __atomic_load_n(z->khead, __ATOMIC_ACQUIRE);
	return z->tail - z->head < z->entries;
}

int zcrx_keep(struct zcrx *z, struct counters *c, uint64_t off, uint32_t len)
{
	struct compat_zcrx_rqe *grown;
	size_t room = z->spare_room ? 2 * z->spare_room : 1024;

	if (!z->spares && has_room(z)) {
		zcrx_put(z, off, len);
		return 0;
	}
	if (z->spares == z->spare_room) {
		grown = reallocarray(z->spare, room, sizeof(*grown));
		if (!grown)
			return -1;
		z->spare = grown;
		z->spare_room = room;
	}
	z->spare[z->spares++] = (struct compat_zcrx_rqe){.off = off, .len = len};
	count(&c->event[EVENT_refill_stalls], 1);
	return 0;
}

/* Those that were kept go first, as far as there is room; latest first, that costs no moving. */
static void put_spares(struct zcrx *z)
{
	while (z->spares && (z->tail - z->head < z->entries || has_room(z))) {
		struct compat_zcrx_rqe *rqe = &z->spare[--z->spares];

		zcrx_put(z, rqe->off, rqe->len);
	}
}

int zcrx_flush(struct zcrx *z, struct counters *c)
{
	struct compat_zcrx_ctrl ctrl = {.id = z->id, .op = COMPAT_ZCRX_CTRL_FLUSH_RQ};
	int result = compat_register(z->ring_fd, COMPAT_REGISTER_ZCRX_CTRL, &ctrl, 0);

	count(&c->call[CALL_io_uring_register], 1);
	count(&c->event[EVENT_refill_flushes], 1);
	return result < 0 ? -errno : 0;
}

int zcrx_publish(struct zcrx *z, struct counters *c)
{
	int result;

	put_spares(z);
	__atomic_store_n(z->ktail, z->tail, __ATOMIC_RELEASE);
	if (!z->can_flush || (!z->spares && !z->nodev))
		return 0;
	z->head = __atomic_load_n(z->khead, __ATOMIC_ACQUIRE);
	if (!z->spares && z->tail - z->head < z->flush_at)
		return 0;
	result = zcrx_flush(z, c);
	put_spares(z);
	__atomic_store_n(z->ktail, z->tail, __ATOMIC_RELEASE);
	return result;
}
